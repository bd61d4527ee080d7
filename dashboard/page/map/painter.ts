import type { Vehicle } from '../live/vehicles.ts';
import { colour } from '../parts/palette.ts';
import { type Country, countries, type Detail } from './atlas.ts';
import { type Camera, type Size, toScreen } from './camera.ts';
import { alertColour } from './colours.ts';

/** ms after the last event time from which a vehicle is grey. */
export const STALE_MS = 30_000;
/** Pixels of one unit from which the finer outlines are used. */
const FINE_SCALE = 1.2;
/** ms without a move of the camera until the outlines are drawn anew; until then their picture moves. */
const REST_MS = 120;

export interface Scene {
  camera: Camera;
  size: Size;
  vehicles: ReadonlyMap<string, Vehicle>;
  now: number;
  chosen: string | null;
  /** of the chosen vehicle, in the map's units */
  track: readonly { x: number; y: number }[];
}

/** Draws the map: a picture of the outlines, kept until the camera rests elsewhere, and the vehicles above it. */
export class Painter {
  private readonly base = document.createElement('canvas');
  private readonly context: CanvasRenderingContext2D;
  private drawn: { camera: Camera; size: Size; count: number } | null = null;
  private movedAt = 0;
  private last: Camera | null = null;
  private sprites: HTMLCanvasElement[] = [];
  private colours = { sea: '', land: '', border: '', track: '', ring: '' };

  private readonly canvas: HTMLCanvasElement;
  private readonly repaint: () => void;

  /** @param repaint asks for another draw, when outlines have come or the camera rests */
  constructor(canvas: HTMLCanvasElement, repaint: () => void) {
    this.canvas = canvas;
    this.repaint = repaint;
    this.context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
    this.useTheme();
  }

  /** Takes the colours of the present theme. */
  useTheme(): void {
    const [sea, land, border, track, ring] = ['--sea', '--land', '--border', '--accent', '--text'].map(colour) as [
      string,
      string,
      string,
      string,
      string,
    ];
    this.colours = { sea, land, border, track, ring };
    const names = ['--stale', '--vehicle', '--alert-1', '--alert-2', '--alert-3', '--alert-4', '--alert-5'];
    this.sprites = names.map((name, index) => sprite(colour(name), index > 1 ? 4 : 3, sea));
    this.drawn = null;
  }

  draw(scene: Scene): void {
    const { camera, size } = scene;
    const ratio = devicePixelRatio;
    if (
      this.canvas.width !== Math.round(size.width * ratio) ||
      this.canvas.height !== Math.round(size.height * ratio)
    ) {
      this.canvas.width = Math.round(size.width * ratio);
      this.canvas.height = Math.round(size.height * ratio);
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.drawOutlines(camera, size);
    this.drawTrack(scene);
    this.drawVehicles(scene);
  }

  private drawOutlines(camera: Camera, size: Size): void {
    if (this.last !== camera) this.movedAt = performance.now();
    this.last = camera;
    const detail: Detail = camera.scale > FINE_SCALE ? '50m' : '110m';
    const shapes = countries(detail, this.repaint);
    const isSame = this.drawn?.camera === camera && this.drawn.size === size && this.drawn.count === shapes.length;
    const rests = performance.now() - this.movedAt >= REST_MS;
    if (!isSame && shapes.length > 0 && (rests || this.drawn === null || this.drawn.size !== size)) {
      this.drawn = { camera, size, count: shapes.length };
      this.drawBase(shapes, camera, size);
    } else if (!isSame) setTimeout(this.repaint, REST_MS);
    const { context } = this;
    context.fillStyle = this.colours.sea;
    context.fillRect(0, 0, size.width, size.height);
    if (this.drawn === null) return;
    const from = this.drawn.camera;
    const factor = camera.scale / from.scale;
    const corner = toScreen(camera, size, {
      x: from.x - this.drawn.size.width / 2 / from.scale,
      y: from.y - this.drawn.size.height / 2 / from.scale,
    });
    context.drawImage(this.base, corner.x, corner.y, this.drawn.size.width * factor, this.drawn.size.height * factor);
  }

  private drawBase(shapes: readonly Country[], camera: Camera, { width, height }: Size): void {
    const ratio = devicePixelRatio;
    this.base.width = width * ratio;
    this.base.height = height * ratio;
    const context = this.base.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
    const { sea, land, border } = this.colours;
    context.fillStyle = sea;
    context.fillRect(0, 0, this.base.width, this.base.height);
    const scale = camera.scale * ratio;
    context.setTransform(
      scale,
      0,
      0,
      scale,
      (width / 2) * ratio - camera.x * scale,
      (height / 2) * ratio - camera.y * scale,
    );
    context.lineWidth = 0.8 / camera.scale;
    context.lineJoin = 'round';
    context.fillStyle = land;
    context.strokeStyle = border;
    const [halfX, halfY] = [width / 2 / camera.scale, height / 2 / camera.scale];
    for (const { path, west, north, east, south } of shapes) {
      if (east < camera.x - halfX || west > camera.x + halfX || south < camera.y - halfY || north > camera.y + halfY)
        continue;
      context.fill(path);
      context.stroke(path);
    }
  }

  private drawTrack({ camera, size, track }: Scene): void {
    if (track.length < 2) return;
    const { context } = this;
    context.strokeStyle = this.colours.track;
    context.lineWidth = 2;
    context.lineJoin = 'round';
    context.beginPath();
    for (const point of track) {
      const { x, y } = toScreen(camera, size, point);
      context.lineTo(x, y);
    }
    context.stroke();
  }

  private drawVehicles({ camera, size, vehicles, now, chosen }: Scene): void {
    const { context, sprites } = this;
    const [middleX, middleY] = [size.width / 2, size.height / 2];
    // Those with alerts last, so that the others don't cover them.
    for (const wantsAlerts of [false, true])
      for (const vehicle of vehicles.values()) {
        const isStale = now - vehicle.time > STALE_MS;
        const hasAlert = vehicle.alert !== null && !isStale;
        if (hasAlert !== wantsAlerts) continue;
        const x = (vehicle.x - camera.x) * camera.scale + middleX;
        const y = (vehicle.y - camera.y) * camera.scale + middleY;
        if (x < -8 || y < -8 || x > size.width + 8 || y > size.height + 8) continue;
        const index = isStale ? 0 : vehicle.alert === null ? 1 : 1 + alertColour(vehicle.alert);
        context.drawImage(sprites[index] as HTMLCanvasElement, x - 6, y - 6, 12, 12);
      }
    const marked = chosen === null ? undefined : vehicles.get(chosen);
    if (marked === undefined) return;
    const { x, y } = toScreen(camera, size, marked);
    context.strokeStyle = this.colours.ring;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, 9, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** A dot, drawn once: thousands of copies are cheaper than thousands of circles. */
function sprite(fill: string, radius: number, edge: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = 24;
  canvas.height = 24;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.scale(2, 2);
  context.beginPath();
  context.arc(6, 6, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.strokeStyle = edge;
  context.lineWidth = 1;
  context.fill();
  context.stroke();
  return canvas;
}
