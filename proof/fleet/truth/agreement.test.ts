import fc from 'fast-check';
import { distanceKm } from '#functions/fleet/location.ts';
import { readTelemetry, readTrip } from '#functions/fleet/schema.ts';
import { toLine } from '#functions/sinks/s3/line.ts';
import { recordOfLine } from '../../readback/archive-line.ts';
import { isoMs } from '../../truth/json.ts';
import type { LogRecord } from '../../world.ts';
import { judgeReading } from './reading.ts';
import { estimateOf, judgeTrip } from './trips.ts';

/*
 * The report states the contract a second time, without the handlers' code. Where the two disagree about an unusual
 * input, a report would call a right record wrong. Only these tests compare the two.
 */

const NOW = Date.parse('2026-11-21T08:00:00Z');
const RUNS = { numRuns: 3_000 };

const record = (value: Buffer | null, key: Buffer | null = null, timestamp = NOW): LogRecord => ({
  topic: 'raw-data-topic',
  partition: 0,
  offset: 0,
  timestamp,
  key,
  value,
  headers: new Map(),
});

const codeOf = (read: () => unknown): string => {
  try {
    read();
    return 'good';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

const name = fc.oneof(
  fc.constantFrom('V1', '', '\u0000', 'a\u0085', '\ud800', '😀', 'x'.repeat(129), 'ü'.repeat(128), 7, null),
  fc.string(),
);
const number = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 80, 1000, 1000.1, -1, -2, 1e-131, '5', '', null, true),
  fc.integer({ min: -200, max: 1200 }),
);
const degrees = fc.oneof(
  fc.double({ min: -200, max: 200 }).map(String),
  fc.constantFrom(
    '',
    ' 12.5 ',
    '+1',
    '-0',
    '1e1',
    '012',
    '0012',
    '90',
    '90.1',
    '180',
    '-180',
    '181',
    '1.',
    '.5',
    '1.1234567890123456',
    'NaN',
    '\u00a01',
    '-5e-7',
    '5E+1',
    '1e999',
    '1e-200',
    '0x1',
    '1e',
    '.',
    '--1',
    '1 1',
    'Infinity',
  ),
);
const location = fc.oneof(
  fc.tuple(degrees, degrees).map((pair) => pair.join(',')),
  fc.constantFrom('12.97,77.59', '1', '1,2,3', '', 5, null),
  fc.string(),
);
const part = (min: number, max: number) => fc.integer({ min, max }).map((n) => String(n).padStart(2, '0'));
const time = fc.oneof(
  fc
    .date({ min: new Date(NOW - 1e12), max: new Date(NOW + 600_000), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc
    .tuple(
      fc.constantFrom('2024', '2023', '2000', '1900', '0000', '9999'),
      part(0, 13),
      part(0, 32),
      part(0, 25),
      part(0, 61),
      part(0, 61),
      fc.constantFrom('', '.1', ',5', '.123456789', '.1234567890', '.', '.1.1'),
      fc.constantFrom('Z', 'z', '+05:30', '-00:00', '+24:00', '+1:00', '+0530', '-19', '+19:00', '+05:60', ''),
      fc.constantFrom('T', 'T', 't', ' ', '_'),
    )
    .map(([y, mo, d, h, mi, s, f, z, t]) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${f}${z}`),
  fc.constantFrom(
    '2026-11-21T08:05:00Z',
    '2026-11-21T08:05:00.001Z',
    '2026-11-21T08:00Z',
    '2026-11-21T08:00.5Z',
    '2026-11-21T08Z',
    '0000-12-31T23:00:00-01:00',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '2026-11-21 08:00:00Z',
    '2026-11-21',
    '2024-02-29T00:00:00Z',
    '2023-02-29T00:00:00Z',
    1,
    null,
  ),
);

const reading = fc.record(
  {
    vehicleId: name,
    location,
    speed: number,
    fuelLevel: number,
    temperature: number,
    timestamp: time,
    more: fc.anything(),
  },
  { requiredKeys: [] },
);
/** Right in all fields except one, which may hold anything, so that a single rule decides. */
const nearly = fc
  .tuple(
    fc.constant({
      vehicleId: 'V1',
      location: '12.97,77.59',
      speed: 85,
      fuelLevel: 50,
      timestamp: '2025-01-15T10:00:00Z',
    }),
    reading,
    fc.constantFrom('vehicleId', 'location', 'speed', 'fuelLevel', 'temperature', 'timestamp'),
  )
  .map(([base, other, field]) => ({ ...base, [field]: other[field as keyof typeof other] }));

const bytes = fc.oneof(
  fc.oneof(reading, nearly).map((value) => Buffer.from(JSON.stringify(value))),
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  fc.constantFrom(
    null,
    Buffer.alloc(0),
    Buffer.from('\ufeff{}'),
    Buffer.from('{"vehicleId":1e999}'),
    Buffer.from('[]'),
    Buffer.from('null'),
    Buffer.from('{"__proto__":{"vehicleId":"V1"},"location":"1,2","timestamp":"2025-01-15T10:00:00Z"}'),
  ),
);

/** Kafka timestamps: right, none, and one far beyond all years. */
const kafkaTime = fc.constantFrom(NOW, NOW, -1, 0, 9e15);

test('readings: both agree on good or bad, and on the code', () => {
  fc.assert(
    fc.property(bytes, kafkaTime, (value, timestamp) => {
      const own = record(value, null, timestamp);
      const judged = judgeReading(own);
      expect('bad' in judged ? judged.bad : 'good').toBe(codeOf(() => readTelemetry(own)));
    }),
    RUNS,
  );
});

test.each([
  '\ufeff{"vehicleId":"V1","location":"1,2","timestamp":"2025-01-15T10:00:00Z"}',
  'x'.repeat(65_537),
  `"${'x'.repeat(65_534)}"`,
])('both agree at the limits of size and encoding (%#)', (text) => {
  const judged = judgeReading(record(Buffer.from(text)));
  expect('bad' in judged ? judged.bad : 'good').toBe(codeOf(() => readTelemetry(record(Buffer.from(text)))));
});

test('both read the same fields from a good reading', () => {
  fc.assert(
    fc.property(nearly, (value) => {
      const own = record(Buffer.from(JSON.stringify(value)));
      const judged = judgeReading(own);
      fc.pre('reading' in judged);
      const theirs = readTelemetry(own);
      expect({ ...theirs.reading, ...theirs.location, at: theirs.at }).toEqual((judged as { reading: object }).reading);
    }),
    { numRuns: 1_000 },
  );
});

test('trips: both agree on good or bad, and on the code', () => {
  const trip = fc.record(
    { vehicleId: name, tripId: name, destination: location, plannedArrival: time },
    { requiredKeys: [] },
  );
  const good = { vehicleId: 'V1', tripId: 'T1', destination: '1,2', plannedArrival: '2030-01-01T00:00:00Z' };
  const oneOff = fc
    .tuple(trip, fc.constantFrom('vehicleId', 'tripId', 'destination', 'plannedArrival'))
    .map(([other, field]) => ({ ...good, [field]: other[field as keyof typeof other] }));
  const value = fc.oneof(
    fc.oneof(trip, oneOff).map((own) => Buffer.from(JSON.stringify(own))),
    fc.constant(null),
  );
  const key = fc.oneof(
    fc.constantFrom(null, Buffer.from('V1'), Buffer.from('')),
    fc.uint8Array({ maxLength: 4 }).map((array) => Buffer.from(array)),
  );
  fc.assert(
    fc.property(value, key, (own, ownKey) => {
      const judged = judgeTrip(record(own, ownKey));
      expect('bad' in judged ? judged.bad : 'good').toBe(codeOf(() => readTrip(record(own, ownKey))));
      if ('bad' in judged || judged.event.trip === undefined) return;
      expect(readTrip(record(own, ownKey))).toMatchObject(judged.event.trip);
    }),
    RUNS,
  );
});

test('both compute the same great-circle distance', () => {
  const point = fc.record({
    latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  });
  fc.assert(
    fc.property(point, point, (from, to) => {
      const [lat, lon] = [to.latitude.toFixed(6), to.longitude.toFixed(6)];
      const { distanceKm: own } = estimateOf({ ...from, speed: 60, at: NOW } as never, {
        tripId: 'T',
        destination: `${lat},${lon}`,
        plannedArrival: '',
      });
      expect(Math.abs(own - distanceKm(from, { latitude: Number(lat), longitude: Number(lon) }))).toBeLessThan(0.001);
    }),
  );
});

test('an archive line that the sink wrote is read back as the same record', () => {
  const anyBytes = fc.oneof(
    fc.constant(null),
    fc.uint8Array().map((array) => Buffer.from(array)),
    fc.json().map((text) => Buffer.from(text)),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.constantFrom(
      Buffer.from(',"value":1'),
      Buffer.from('{"value":1,"valueBase64":"x"}'),
      Buffer.from('null'),
      Buffer.from('{ "a" : 1.0 }\n'),
    ),
  );
  const headers = fc.array(
    fc.record({ name: fc.constantFrom('source', 'value', 'ü'), value: anyBytes.map((own) => own ?? Buffer.alloc(0)) }),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(anyBytes, anyBytes, headers, fc.nat(), (key, value, list, offset) => {
      const { headers: restored, ...rest } = recordOfLine(
        toLine({ topic: 'a-b_c', partition: 2, offset, timestamp: NOW, key, value, headers: list }),
      );
      expect(rest).toEqual({ topic: 'a-b_c', partition: 2, offset, timestamp: NOW, key, value });
      expect(restored).toEqual(
        new Map(
          [...Map.groupBy(list, (header) => header.name)].map(([header, own]) => [header, own.map((one) => one.value)]),
        ),
      );
    }),
    { numRuns: 200 },
  );
});

test('a date that does not exist is rejected', () => {
  expect(isoMs('2023-02-29T00:00:00Z')).toBeUndefined();
  expect(isoMs('2024-02-29T00:00:00Z')).toBe(Date.UTC(2024, 1, 29));
  expect(isoMs('2024-02-29T00:00:00')).toBeUndefined();
});
