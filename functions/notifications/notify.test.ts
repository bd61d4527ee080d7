import { batchOfRecords, type TestRecord } from '#test/support/msk-event.ts';
import type { Cooldown } from './cooldown.ts';
import { notify } from './notify.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const MINUTE = 60_000;

const alert = (vehicleId: string, ageMs: number): TestRecord => ({
  topic: 'alerts-topic',
  headers: { source: `raw-data-topic-0-${vehicleId}/Speeding` },
  value: { vehicleId, alert: 'Speeding', speed: 90, timestamp: new Date(NOW - ageMs).toISOString() },
});

/** Sends alerts that are up to ten minutes old, without a cooldown. */
async function sent(records: TestRecord[]) {
  const subjects: string[] = [];
  const counts: number[] = [];
  const always: Cooldown = { claim: async () => true, sent: async () => undefined };
  const run = notify({
    cooldown: always,
    publish: async ({ Subject }) => void subjects.push(String(Subject)),
    maxAgeMs: 10 * MINUTE,
    tooOld: (count) => void counts.push(count),
    now: () => NOW,
  });
  const failures = await run(batchOfRecords(records));
  return { subjects, counts, failures: failures.map(({ error }) => error.code) };
}

test('an alert is sent until its event time is as old as the limit', async () => {
  const records = [alert('now', 0), alert('limit', 10 * MINUTE), alert('older', 10 * MINUTE + 1), alert('days', 1e9)];

  expect(await sent(records)).toEqual({ subjects: ['Speeding: now', 'Speeding: limit'], counts: [2], failures: [] });
});

test('new alerts of a vehicle are sent even if older ones are too old', async () => {
  expect(await sent([alert('V1', 1e9), alert('V1', MINUTE)])).toEqual({
    subjects: ['Speeding: V1'],
    counts: [1],
    failures: [],
  });
});

test('an invalid record is a failure, whatever its age', async () => {
  const records = [{ topic: 'alerts-topic', value: 'no JSON' }, alert('V1', 0)];

  expect(await sent(records)).toEqual({ subjects: ['Speeding: V1'], counts: [0], failures: ['NOT_JSON'] });
});
