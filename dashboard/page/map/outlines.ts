import { colour } from '../parts/palette.ts';
import { type Country, countries, type Detail } from './atlas.ts';
import { type Camera, type Size, toScreen } from './camera.ts';

/** Pixels of one unit from which the finer outlines are used. */
const FINE_SCALE = 1.2;
/** ms without a move of the camera until the outlines are drawn anew; until then their picture moves. */
const REST_MS = 120;

/** Coastlines and borders: a picture of them, which is drawn anew once the camera rests elsewhere. */
export class Outlines {
  private readonly base = document.createElement('canvas');
  private drawn: { camera: Camera; size: Size; count: number } | null = null;
  private movedAt = 0;
  private last: Camera | null = null;
  private colours = { sea: '', land: '', border: '' };
  private readonly repaint: () => void;

  /** @param repaint asks for another draw, when outlines have come or the camera rests */
  constructor(repaint: () => void) {
    this.repaint = repaint;
  }

  useTheme(): void {
    this.colours = { sea: colour('--sea'), land: colour('--land'), border: colour('--border') };
    this.drawn = null;
  }

  draw(context: CanvasRenderingContext2D, camera: Camera, size: Size): void {
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
}
