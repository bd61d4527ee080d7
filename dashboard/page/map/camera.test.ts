import { mercator } from '../live/mercator.ts';
import { cameraFor, pan, toScreen, zoom } from './camera.ts';

const size = { width: 800, height: 500 };

test('all points are in sight, with a margin', () => {
  const points = [mercator(-122, 37), mercator(151, -33), mercator(11, 52)];
  const camera = cameraFor(points, size, 30);

  for (const point of points) {
    const { x, y } = toScreen(camera, size, point);
    expect(Math.min(x, y, size.width - x, size.height - y)).toBeGreaterThanOrEqual(29.9);
  }
});

test('one vehicle, or none, makes a map too', () => {
  for (const points of [[], [mercator(11, 48)]])
    expect(Object.values(cameraFor(points, size)).every(Number.isFinite)).toBe(true);
});

test('zoom keeps the place under the pointer, and a drag moves it with the pointer', () => {
  const camera = cameraFor([mercator(0, 40), mercator(20, 55)], size);
  const place = mercator(11, 48);
  const at = toScreen(camera, size, place);

  const near = toScreen(zoom(camera, 2, size, at), size, place);
  expect(near).toEqual({ x: expect.closeTo(at.x, 6), y: expect.closeTo(at.y, 6) });
  const moved = toScreen(pan(camera, 30, -10), size, place);
  expect(moved).toEqual({ x: expect.closeTo(at.x + 30, 6), y: expect.closeTo(at.y - 10, 6) });
});
