import fc from 'fast-check';
import { validate } from '#lib/decode.ts';
import { PermanentError } from '#lib/errors.ts';
import { plainMs } from '#lib/event-time.ts';
import { plainReading } from './plain-reading.ts';
import { readingSchema, readTelemetry } from './schema.ts';

const plain = {
  vehicleId: 'V123',
  location: '12.97,77.59',
  speed: 85,
  fuelLevel: 50.5,
  temperature: -3,
  timestamp: '2026-01-15T10:00:00.5Z',
};

/** Values at the edges of every rule, and of wrong types. */
const number = fc.oneof(
  fc.double({ min: -200, max: 1_100 }),
  fc.constantFrom(-1, -0, 0, 1e-131, -1e-131, 100, 200, 1_000, 1_000.1, null, '', '5', undefined, {}),
);
const odd = {
  vehicleId: fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('', 'x'.repeat(129), 'é', 7, null)),
  location: fc.oneof(fc.string(), fc.constantFrom('', null, 1, '1,2,3')),
  speed: number,
  fuelLevel: number,
  temperature: number,
  timestamp: fc.constantFrom('2026-01-15T10:00:00Z', '2024-02-29T00:00:00Z', '2026-01-15T10:00:00+01:00', 'now', 0),
};
const readings = fc
  .tuple(fc.record(odd), fc.subarray(Object.keys(odd), { maxLength: 2 }), fc.option(fc.string()))
  .map(([own, names, unknown]) => ({
    ...plain,
    ...Object.fromEntries(Object.entries(own).filter(([name]) => names.includes(name))),
    ...(unknown !== null && { unknown }),
  }));

test('a plain reading is the same as by the schema', () => {
  expect(plainReading(plain)).toEqual(plain);
  fc.assert(
    fc.property(readings, (reading) => {
      const json = JSON.parse(JSON.stringify(reading)) as Record<string, unknown>;
      const quick = plainMs(json['timestamp']) === undefined ? undefined : plainReading(json);
      if (quick !== undefined) expect(JSON.stringify(quick)).toBe(JSON.stringify(validate(readingSchema, json)));
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  ['speed', null],
  ['speed', -1],
  ['fuelLevel', ''],
])('%s %j is left to the schema, and is missing', (field, value) => {
  const json = { ...plain, [field]: value };

  expect(plainReading(json)).toBeUndefined();
  expect(read(json)).toMatchObject({ [field]: undefined });
});

test('what the schema refuses, no plain reading accepts', () => {
  expect(() => read({ ...plain, speed: 1_001 })).toThrow(PermanentError);
  expect(() => read({ ...plain, vehicleId: 'a\u0000' })).toThrow(PermanentError);
  expect(() => read({ ...plain, timestamp: '2026-02-29T10:00:00Z' })).toThrow(PermanentError);
});

const read = (json: object) =>
  readTelemetry({ value: Buffer.from(JSON.stringify(json)), timestamp: Date.UTC(2026, 11, 31) }).reading;
