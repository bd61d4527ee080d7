import { geoMercator } from 'd3-geo';
import { mercator, WORLD } from './mercator.ts';

test('vehicles stand where d3-geo draws the land below them', () => {
  const projection = geoMercator()
    .scale(WORLD / (2 * Math.PI))
    .translate([WORLD / 2, WORLD / 2]);
  const places: [number, number][] = [
    [11.57, 48.13],
    [-122.4, 37.77],
    [151.2, -33.87],
    [0, 0],
  ];
  for (const place of places) {
    const [x, y] = projection(place) as [number, number];
    expect(mercator(...place)).toEqual({ x: expect.closeTo(x, 4), y: expect.closeTo(y, 4) });
  }
});

test('the poles are the edges of the map', () => {
  expect(mercator(0, 90).y).toBeCloseTo(0, 1);
  expect(mercator(0, -90).y).toBeCloseTo(WORLD, 1);
});
