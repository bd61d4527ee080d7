import type { TripSample } from '../facts.ts';
import { type Handled, settledFrom } from './settled.ts';
import type { TripEvent } from './trips.ts';

const trip = (timestamp: number): TripEvent => ({
  vehicleId: 'V',
  source: 'trips-topic-0-1',
  timestamp,
  partition: 0,
  offset: 1,
  trip: { tripId: 'T', destination: '1,2', plannedArrival: '2030-01-01T00:00:00Z' },
});
const seen = (at: number, tripId = 'T', vehicleId = 'V'): TripSample => ({
  vehicleId,
  tripId,
  seen: at,
});
const reading = (produced: number, done = produced + 50, vehicleId = 'V'): Handled => ({ vehicleId, produced, done });
const settled = (event: TripEvent, samples: TripSample[], handled: Handled[] = []) =>
  settledFrom({ seen: samples, cacheMs: 30_000, handled })(event);

/** The watching begins here. */
const WATCHED = seen(1, 'other', 'W');

test('a first trip is settled when it was seen: no processor has cached anything yet', () => {
  expect(settled(trip(1_000), [WATCHED, seen(1_400)], [reading(1_400), reading(1_500)])).toBe(1_400);
});

test.each([
  ['shortly before', reading(90_000)],
  ['long before, and again shortly before', reading(10_000, 99_000)],
  ['as long before as a cache and a slow read last together', reading(65_000, 65_001)],
  ['at an unknown time', reading(10_000, Number.POSITIVE_INFINITY)],
])(
  'a trip is settled later where a reading of its vehicle was handled %s: an older trip may be cached',
  (_, handled) => {
    expect(settled(trip(99_500), [WATCHED, seen(100_000)], [handled])).toBe(135_000);
  },
);

test.each([
  ['a reading long before', reading(60_000)],
  ['a reading of another vehicle', reading(99_000, 99_100, 'W')],
  ['a later reading', reading(100_000)],
])('%s doesn’t make a trip settled later: no older trip is cached', (_, handled) => {
  expect(settled(trip(99_500), [WATCHED, seen(100_000)], [handled])).toBe(100_000);
});

test('a trip that comes late into its table is settled late', () => {
  expect(settled(trip(1_000), [WATCHED, seen(91_000)], [reading(90_000)])).toBe(126_000);
});

test('a trip that was never seen is never settled; an earlier sample with its id doesn’t count', () => {
  expect(settled(trip(1_000), [WATCHED])).toBe(Number.POSITIVE_INFINITY);
  expect(settled(trip(1_000), [WATCHED, seen(900)])).toBe(Number.POSITIVE_INFINITY);
});

test('a tombstone is seen as a vehicle without a trip', () => {
  const ended = { vehicleId: 'V', tripId: undefined, seen: 2_000 };

  expect(settled({ ...trip(1_000), trip: undefined }, [WATCHED, seen(1_500), ended])).toBe(2_000);
});

test('a trip that was produced before the watching began is settled after a minute', () => {
  expect(settled(trip(1_000), [seen(500_000)])).toBe(61_000);
  expect(settled(trip(1_000), [])).toBe(61_000);
});
