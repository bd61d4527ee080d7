import { readAlert, readProcessed, readTrip } from './schema.ts';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const alert = { vehicleId: 'V1', alert: 'Speeding', timestamp: '2026-01-01T00:00:00Z' };
const reading = { vehicleId: 'V1', location: '1,2', latitude: 1, longitude: 2, timestamp: '2026-01-01T00:00:00Z' };
const trip = { vehicleId: 'V1', tripId: 'T1', destination: '1,2', plannedArrival: '2026-01-03T00:00:00Z' };

test('the detail of an alert has its own fields, and `__proto__` only as data', () => {
  const value = Buffer.from(`{"__proto__":{"polluted":true},${JSON.stringify({ ...alert, speed: 81 }).slice(1)}`);

  const { detail } = readAlert({ value });

  expect(JSON.stringify(detail)).toBe('{"__proto__":{"polluted":true},"speed":81}');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test('a tombstone ends the trip of the vehicle in its key', () => {
  expect(readTrip({ key: Buffer.from('V1'), value: null })).toEqual({ vehicleId: 'V1', deleted: true });
});

test.each([
  ['2026-11-28T15:00:00.1234567890Z', '2026-11-28T15:00:00.123Z'],
  ['2026-11-28T15:00:00+19:00', '2026-11-27T20:00:00.000Z'],
  ['2026-11-28T15:00:00+0530', '2026-11-28T09:30:00.000Z'],
  ['2026-11-28T15:00:00Z', '2026-11-28T15:00:00Z'],
])('the planned arrival %s is stored, and is in alerts, as %s', (plannedArrival, stored) => {
  expect(readTrip({ key: null, value: bytes({ ...trip, plannedArrival }) })).toMatchObject({ plannedArrival: stored });
});

test('a processed reading may have null or -1 for unknown values', () => {
  const known = { ...reading, speed: null, fuelLevel: -1, distanceRemainingKm: null, estimatedArrival: null };

  expect(readProcessed({ value: bytes(known) })).toEqual(reading);
});

test.each([
  [
    'a reading without coordinates',
    () => readProcessed({ value: bytes({ ...reading, latitude: undefined }) }),
    'SCHEMA',
  ],
  ['a reading off the earth', () => readProcessed({ value: bytes({ ...reading, latitude: 91 }) }), 'SCHEMA'],
  ['a processed tombstone', () => readProcessed({ value: null }), 'NULL_VALUE'],
  ['an alert without a kind', () => readAlert({ value: bytes({ ...alert, alert: '' }) }), 'SCHEMA'],
  [
    'a trip with a destination off the earth',
    () => readTrip({ key: null, value: bytes({ ...trip, destination: '91,0' }) }),
    'LOCATION',
  ],
  [
    'a trip that arrives in the year 10000, in UTC',
    () => readTrip({ key: null, value: bytes({ ...trip, plannedArrival: '9999-12-31T23:59:59-00:01' }) }),
    'SCHEMA',
  ],
  ['a tombstone without a key', () => readTrip({ key: null, value: null }), 'SCHEMA'],
  ['a tombstone with an invalid key', () => readTrip({ key: Buffer.from([0]), value: null }), 'SCHEMA'],
])('%s is a permanent error', (_, read, code) => {
  expect(read).toThrow(expect.objectContaining({ code, retriable: false }));
});
