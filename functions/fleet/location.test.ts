import fc from 'fast-check';
import { parseLocation } from './location.ts';

test.each([
  ['12.97,77.59', 12.97, 77.59],
  ['51.5073509,-0.12775829999999998', 51.5073509, Number('-0.12775829999999998')],
  ['51.4779,-5e-7', 51.4779, -5e-7],
  [' 12.97 , 77.59 ', 12.97, 77.59],
  ['+51.5,+.5', 51.5, 0.5],
  ['5.151E1,1.8e+2', 51.51, 180],
  ['0051.5,-000', 51.5, -0],
  ['90.,-180.0000000000000000000000000000', 90, -180],
  ['1e-400,-1e-400', 0, -0],
  [`${'0'.repeat(30_000)}1,1.${'0'.repeat(30_000)}1`, 1, 1],
])('%s', (text, latitude, longitude) => {
  expect(parseLocation(text)).toEqual({ latitude, longitude });
});

test('any two numbers on Earth, in each way that JavaScript, C and Java write a double', () => {
  const spelled = fc.constantFrom<(value: number) => string>(
    String,
    (value) => value.toExponential(),
    (value) => value.toExponential(16),
    (value) => value.toPrecision(17),
    (value) => value.toString().replace('e', 'E'),
    (value) => ` ${value < 0 ? '' : '+'}${value}\t`,
  );
  const double = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
  fc.assert(
    fc.property(double(90), double(180), spelled, spelled, (latitude, longitude, one, other) => {
      const read = parseLocation(`${one(latitude)},${other(longitude)}`);

      // String(-0) is '0'.
      expect([read.latitude + 0, read.longitude + 0]).toEqual([latitude + 0, longitude + 0]);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  '',
  ',',
  '1',
  '1,',
  '1,2,3',
  '90.0000001,0',
  '0,-180.1',
  '1e3,0',
  '1e999,0',
  'NaN,0',
  'Infinity,0',
  '0x10,0',
  '1_0,0',
  '1n,0',
  '.,0',
  '1e,0',
  '--1,0',
  '1 2,0',
  '٣,0',
  '12.97;77.59',
  'my home',
])('%j is not a location', (text) => {
  expect(() => parseLocation(text)).toThrow(expect.objectContaining({ code: 'LOCATION', retriable: false }));
});

test.each([
  '1'.repeat(64_000),
  `1.${'1'.repeat(64_000)}x,0`,
  ','.repeat(64_000),
  ' '.repeat(64_000),
  `${'1e'.repeat(32_000)},0`,
])('a text that is not a location is rejected quickly, even if it is as long as a reading may be', (text) => {
  const began = performance.now();

  expect(() => parseLocation(text)).toThrow(expect.objectContaining({ code: 'LOCATION' }));
  expect(performance.now() - began).toBeLessThan(500);
});
