import { verdictOf } from './check-delays.ts';
import type { ProcessedCopy } from './check-processed.ts';
import type { GoodReading } from './truth/fleet.ts';
import type { Trip } from './truth/trips.ts';

const AT = Date.parse('2026-11-21T08:00:00Z');
/** A reading at its destination: the estimated arrival is the reading's time. */
const good = { reading: { latitude: 1, longitude: 2, speed: 60, at: AT } } as GoodReading;
const planned = (ms: number): Trip => ({ tripId: 'T', destination: '1,2', plannedArrival: new Date(ms).toISOString() });
const MINUTES = 60_000;
const verdict = (...trips: (Trip | undefined)[]) => verdictOf(good, [{ trips } as ProcessedCopy], 15);

test.each([
  ['late by more than the allowed delay', [planned(AT - 16 * MINUTES)], 'must'],
  ['late by exactly the allowed delay', [planned(AT - 15 * MINUTES)], 'either'],
  ['late by less than the allowed delay', [planned(AT - 14 * MINUTES)], 'mustNot'],
  ['without a trip', [undefined], 'mustNot'],
  ['late by one trip, in time by the other trip', [planned(AT - 60 * MINUTES), planned(AT)], 'either'],
  ['late by one trip, or without a trip', [planned(AT - 60 * MINUTES), undefined], 'either'],
  ['late by both trips', [planned(AT - 60 * MINUTES), planned(AT - 30 * MINUTES)], 'must'],
])('a reading %s', (_, trips, expected) => {
  expect(verdict(...trips)).toBe(expected);
});

test('two copies that were judged by different trips give no clear verdict', () => {
  const copies = [planned(AT - 60 * MINUTES), planned(AT)].map(
    (trip) => ({ trips: [trip] }) as unknown as ProcessedCopy,
  );
  expect(verdictOf(good, copies, 15)).toBe('either');
});
