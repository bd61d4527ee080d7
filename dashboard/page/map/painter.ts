import type { Vehicle } from '../live/vehicles.ts';
import { alertColour } from '../parts/alert-class.ts';
import { colour } from '../parts/palette.ts';
import { type Camera, type Size, toScreen } from './camera.ts';
import { Outlines } from './outlines.ts';

/** ms after the last event time from which a vehicle is grey. */
export const STALE_MS = 30_000;
export interface Scene {
  camera: Camera;
  size: Size;
  vehicles: ReadonlyMap<string, Vehicle>;
  now: number;
  chosen: string | null;
  /** of the chosen vehicle, in the map's units */
  track: readonly { x: number; y: number }[];
}

/** Draws the map: the outlines, and the vehicles above them. */
export class Painter {
  private readonly context: CanvasRenderingContext2D;
  private sprites: HTMLCanvasElement[] = [];
  private colours = { track: '', ring: '' };

  private readonly canvas: HTMLCanvasElement;
  private readonly outlines: Outlines;

  /** @param repaint asks for another draw, when outlines have come or the camera rests */
  constructor(canvas: HTMLCanvasElement, repaint: () => void) {
    this.canvas = canvas;
    this.outlines = new Outlines(repaint);
    this.context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
    this.useTheme();
  }

  /** Takes the colours of the present theme. */
  useTheme(): void {
    this.outlines.useTheme();
    this.colours = { track: colour('--accent'), ring: colour('--text') };
    const edge = colour('--sea');
    const names = ['--stale', '--vehicle', '--alert-1', '--alert-2', '--alert-3', '--alert-4', '--alert-5'];
    this.sprites = names.map((name, index) => sprite(colour(name), index > 1 ? 4 : 3, edge));
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
    this.outlines.draw(this.context, camera, size);
    this.drawTrack(scene);
    this.drawVehicles(scene);
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
