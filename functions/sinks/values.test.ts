import { readAlert, readProcessed, readTrip } from './values.ts';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const alert = { vehicleId: 'V1', alert: 'Speeding', timestamp: '2026-01-01T00:00:00Z' };
const reading = { vehicleId: 'V1', location: '1,2', latitude: 1, longitude: 2, timestamp: '2026-01-01T00:00:00Z' };
const trip = { vehicleId: 'V1', tripId: 'T1', destination: '1,2', plannedArrival: '2026-01-03T00:00:00Z' };

test("an alert's own fields are its detail, `__proto__` among them only as data", () => {
  const value = Buffer.from(`{"__proto__":{"polluted":true},${JSON.stringify({ ...alert, speed: 81 }).slice(1)}`);

  const { detail } = readAlert({ value });

  expect(JSON.stringify(detail)).toBe('{"__proto__":{"polluted":true},"speed":81}');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test('a tombstone is the end of the trip of its key', () => {
  expect(readTrip({ key: Buffer.from('V1'), value: null })).toEqual({ vehicleId: 'V1', deleted: true });
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
  ['a trip to nowhere', () => readTrip({ key: null, value: bytes({ ...trip, destination: '91,0' }) }), 'LOCATION'],
  ['a tombstone without a key', () => readTrip({ key: null, value: null }), 'SCHEMA'],
  ['a tombstone whose key is no name', () => readTrip({ key: Buffer.from([0]), value: null }), 'SCHEMA'],
])('%s is permanent', (_, read, code) => {
  expect(read).toThrow(expect.objectContaining({ code, retriable: false }));
});
