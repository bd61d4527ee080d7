import { verdictOf } from './check-delays.ts';
import type { ProcessedCopy } from './check-processed.ts';
import type { GoodReading } from './truth/fleet.ts';
import type { Trip } from './truth/trips.ts';

const AT = Date.parse('2026-11-21T08:00:00Z');
/** At its destination: the estimated arrival is the reading's own time. */
const good = { reading: { latitude: 1, longitude: 2, speed: 60, at: AT } } as GoodReading;
const planned = (ms: number): Trip => ({ tripId: 'T', destination: '1,2', plannedArrival: new Date(ms).toISOString() });
const MINUTES = 60_000;
const verdict = (...trips: (Trip | undefined)[]) => verdictOf(good, [{ trips } as ProcessedCopy], 15);

test.each([
  ['late by more than is allowed', [planned(AT - 16 * MINUTES)], 'must'],
  ['late by what is allowed', [planned(AT - 15 * MINUTES)], 'either'],
  ['late by less', [planned(AT - 14 * MINUTES)], 'mustNot'],
  ['without a trip', [undefined], 'mustNot'],
  ['late by one trip, in time by the other', [planned(AT - 60 * MINUTES), planned(AT)], 'either'],
  ['late by one trip, or without one', [planned(AT - 60 * MINUTES), undefined], 'either'],
  ['late by both', [planned(AT - 60 * MINUTES), planned(AT - 30 * MINUTES)], 'must'],
])('%s', (_, trips, expected) => {
  expect(verdict(...trips)).toBe(expected);
});

test('two copies that were judged by different trips leave it open', () => {
  const copies = [planned(AT - 60 * MINUTES), planned(AT)].map(
    (trip) => ({ trips: [trip] }) as unknown as ProcessedCopy,
  );
  expect(verdictOf(good, copies, 15)).toBe('either');
});
