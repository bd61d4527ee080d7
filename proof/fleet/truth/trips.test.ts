import { type Trip, type TripEvent, TripHistory } from './trips.ts';

const trip = (tripId: string): Trip => ({ tripId, destination: '1,2', plannedArrival: '2030-01-01T00:00:00Z' });
const event = (offset: number, timestamp: number, own: Trip | undefined, vehicleId = 'V1'): TripEvent => ({
  vehicleId,
  source: `trips-topic-0-${offset}`,
  timestamp,
  partition: 0,
  offset,
  trip: own,
});
const possible = (events: TripEvent[], from: number, to = from) =>
  new TripHistory(events, ({ timestamp }) => timestamp + 60_000)
    .possible('V1', from, to)
    .map((own) => own?.tripId ?? 'none');

test('a vehicle without trips has none', () => {
  expect(possible([], 0)).toEqual(['none']);
  expect(possible([event(0, 0, trip('A'), 'V2')], 100_000)).toEqual(['none']);
});

test('of a trip that was never seen in its table and the one before it, both are possible', () => {
  const events = [event(0, 0, trip('A')), event(1, 10, trip('B'))];
  const history = new TripHistory(events, ({ offset }) => (offset === 0 ? 5 : Number.POSITIVE_INFINITY));

  expect(history.possible('V1', 1_000_000, 1_000_000).map((own) => own?.tripId)).toEqual(['A', 'B']);
});

test('a settled trip is the only one possible', () => {
  expect(possible([event(0, 0, trip('A')), event(1, 10, trip('B'))], 60_010)).toEqual(['B']);
});

test('a trip that the cache may not have yet is one of two', () => {
  expect(possible([event(0, 0, trip('A')), event(1, 50_000, trip('B'))], 100_000)).toEqual(['A', 'B']);
});

test('a record that was processed late may have met every trip until then, and none later', () => {
  const events = [event(0, 0, trip('A')), event(1, 200_000, trip('B')), event(2, 300_000, trip('C'))];
  expect(possible(events, 100_000, 200_000)).toEqual(['A', 'B']);
});

test('after a tombstone there is no trip', () => {
  expect(possible([event(0, 0, trip('A')), event(1, 1, undefined)], 100_000)).toEqual(['none']);
});
