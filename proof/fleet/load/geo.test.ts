import fc from 'fast-check';
import { CITIES, citiesReachableFrom } from './cities.ts';
import { distanceKm, pointBetween, toLocation } from './geo.ts';

const city = (name: string) => {
  const found = CITIES.find((each) => each.name === name);
  if (!found) throw new Error(`no city ${name}`);
  return found;
};

test.each([
  ['Munich', 'Berlin', 504],
  ['Bengaluru', 'Chennai', 290],
  ['New York', 'Los Angeles', 3936],
  ['Sydney', 'Melbourne', 714],
])('from %s to %s it is about %i km', (from, to, km) => {
  expect(Math.abs(distanceKm(city(from), city(to)) - km)).toBeLessThan(km * 0.01);
});

const cities = fc.constantFrom(...CITIES);
const share = fc.double({ min: 0, max: 1, noNaN: true });

test('a point between two cities divides the distance by its share', () => {
  fc.assert(
    fc.property(cities, cities, share, (from, to, at) => {
      const point = pointBetween(from, to, at);
      const whole = distanceKm(from, to);
      expect(Math.abs(distanceKm(from, point) - at * whole)).toBeLessThan(0.01);
      expect(Math.abs(distanceKm(point, to) - (1 - at) * whole)).toBeLessThan(0.01);
    }),
  );
});

test('a location is two decimal numbers within the range of degrees, without exponents', () => {
  const anywhere = fc.record({
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  fc.assert(
    fc.property(anywhere, (point) => {
      const location = toLocation(point);
      expect(location).toMatch(/^-?\d{1,2}(\.\d{1,5})?,-?\d{1,3}(\.\d{1,5})?$/);
      expect(location).not.toMatch(/-0(,|$)/);
    }),
  );
  expect(toLocation({ latitude: -1e-9, longitude: 1e-5 })).toBe('0,0.00001');
});

test('there are at least forty cities, and each has another one within 4,100 km', () => {
  expect(CITIES.length).toBeGreaterThanOrEqual(40);
  for (const from of CITIES) {
    expect(citiesReachableFrom(from).length).toBeGreaterThan(0);
    for (const to of citiesReachableFrom(from)) expect(distanceKm(from, to)).toBeLessThan(4_100);
  }
});
