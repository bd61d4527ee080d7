import { WORLD } from '../live/mercator.ts';

/** What part of the world is seen: the point in the middle, in the map's units, and the pixels of one unit. */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}

export interface Size {
  width: number;
  height: number;
}

const MOST_SCALE = 4_000;

/** The camera that shows all points with a margin; the inhabited world if there are none. */
export function cameraFor(points: Iterable<{ x: number; y: number }>, { width, height }: Size, margin = 36): Camera {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    west = Math.min(west, x);
    east = Math.max(east, x);
    north = Math.min(north, y);
    south = Math.max(south, y);
  }
  if (west > east) [west, north, east, south] = [0.03 * WORLD, 0.2 * WORLD, 0.97 * WORLD, 0.69 * WORLD];
  const scale = Math.min(
    Math.max(1, width - 2 * margin) / Math.max(0.5, east - west),
    Math.max(1, height - 2 * margin) / Math.max(0.5, south - north),
  );
  return { x: (west + east) / 2, y: (north + south) / 2, scale: clamp(scale, width) };
}

/** Zooms so that the point under the pointer stays where it is. */
export function zoom(
  camera: Camera,
  factor: number,
  size: Size,
  at = { x: size.width / 2, y: size.height / 2 },
): Camera {
  const scale = clamp(camera.scale * factor, size.width);
  const shift = 1 / camera.scale - 1 / scale;
  return {
    x: camera.x + (at.x - size.width / 2) * shift,
    y: camera.y + (at.y - size.height / 2) * shift,
    scale,
  };
}

export function pan(camera: Camera, dx: number, dy: number): Camera {
  const x = Math.max(0, Math.min(WORLD, camera.x - dx / camera.scale));
  const y = Math.max(0, Math.min(WORLD, camera.y - dy / camera.scale));
  return { ...camera, x, y };
}

/** Where a point of the map is on the screen. */
export function toScreen(camera: Camera, { width, height }: Size, point: { x: number; y: number }) {
  return {
    x: (point.x - camera.x) * camera.scale + width / 2,
    y: (point.y - camera.y) * camera.scale + height / 2,
  };
}

/** Never smaller than a third of the space for the whole world. */
function clamp(scale: number, width: number): number {
  return Math.max(width / WORLD / 3, Math.min(MOST_SCALE, scale));
}
