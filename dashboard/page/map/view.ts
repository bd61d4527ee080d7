import { serverNow } from '../live/model.ts';
import { model, subscribe } from '../live/store.ts';
import { onTheme } from '../parts/palette.ts';
import { type Camera, cameraFor, pan, type Size, toScreen, zoom } from './camera.ts';
import { listen } from './gestures.ts';
import { Painter } from './painter.ts';

/** Pixels between a click and the vehicle that it means. */
const REACH = 12;

export interface MapView {
  fit(): void;
  zoom(factor: number): void;
  pan(dx: number, dy: number): void;
  /** Marks a vehicle, and moves there if it can't be seen. */
  mark(vehicle: string | null, track: readonly { x: number; y: number }[]): void;
  end(): void;
}

/** Keeps a canvas up to date: at most one draw for each frame, and none while nothing changes or it can't be seen. */
export function openMap(canvas: HTMLCanvasElement, onChoose: (vehicle: string | null) => void): MapView {
  let size: Size = { width: canvas.clientWidth, height: canvas.clientHeight };
  let camera = cameraFor([], size);
  let isFitted = true;
  let isPlanned = false;
  let isSeen = true;
  let marked: { vehicle: string | null; track: readonly { x: number; y: number }[] } = { vehicle: null, track: [] };

  const draw = () => {
    isPlanned = false;
    if (size.width === 0 || !isSeen) return;
    painter.draw({
      camera,
      size,
      vehicles: model.vehicles,
      now: serverNow(model),
      chosen: marked.vehicle,
      track: marked.track,
    });
  };
  const plan = () => {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(draw);
  };
  const painter = new Painter(canvas, plan);
  const look = (next: Camera) => {
    camera = next;
    isFitted = false;
    plan();
  };
  const fitNow = () => {
    camera = cameraFor(model.vehicles.values(), size);
    isFitted = true;
    plan();
  };
  const sizes = new ResizeObserver(() => {
    size = { width: canvas.clientWidth, height: canvas.clientHeight };
    if (isFitted) fitNow();
    plan();
  });
  sizes.observe(canvas);
  const sight = new IntersectionObserver(([entry]) => {
    isSeen = entry?.isIntersecting ?? true;
    if (isSeen) plan();
  });
  sight.observe(canvas);
  const ends = [
    subscribe('vehicles', plan),
    subscribe('clock', plan),
    subscribe('state', () => isFitted && fitNow()),
    onTheme(() => {
      painter.useTheme();
      plan();
    }),
    listen(canvas, {
      pan: (dx, dy) => look(pan(camera, dx, dy)),
      zoom: (factor, at) => look(zoom(camera, factor, size, at)),
      click: (at) => onChoose(nearest(camera, size, at)),
    }),
  ];
  plan();
  return {
    fit: fitNow,
    zoom: (factor) => look(zoom(camera, factor, size)),
    pan: (dx, dy) => look(pan(camera, dx, dy)),
    mark(vehicle, track) {
      marked = { vehicle, track };
      const found = vehicle === null ? undefined : model.vehicles.get(vehicle);
      if (found !== undefined) {
        const { x, y } = toScreen(camera, size, found);
        if (x < 0 || y < 0 || x > size.width || y > size.height) look({ ...camera, x: found.x, y: found.y });
      }
      plan();
    },
    end() {
      sizes.disconnect();
      sight.disconnect();
      for (const end of ends) end();
    },
  };
}

function nearest(camera: Camera, size: Size, at: { x: number; y: number }): string | null {
  let best: string | null = null;
  let distance = REACH;
  for (const vehicle of model.vehicles.values()) {
    const { x, y } = toScreen(camera, size, vehicle);
    const away = Math.hypot(x - at.x, y - at.y);
    if (away < distance) [best, distance] = [vehicle.id, away];
  }
  return best;
}
