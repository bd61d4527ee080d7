import { batchOfRecords } from '#test/support/msk-event.ts';
import type { ArchivedRecord } from '../../sinks/s3/line.ts';
import { type RoundLimits, rounds } from './rounds.ts';

const HOUR = 3_600_000;

/** A partition's records, with these timestamps. */
function partition(own: number, timestamps: readonly number[], value = ''): readonly ArchivedRecord[] {
  const records = timestamps.map((timestamp, offset) => ({ partition: own, offset, timestamp, value }));
  return batchOfRecords(records).partitions[0]?.records ?? [];
}

/** @returns each round as `<partition>:<timestamp>`, behind a bar where a slice begins */
async function roundsOf(partitions: readonly (readonly ArchivedRecord[])[], limits: Partial<RoundLimits> = {}) {
  const streams = new Map(
    partitions.map((records, own) => [
      own,
      (async function* lists() {
        for (let at = 0; at < records.length; at += 2) yield records.slice(at, at + 2);
      })(),
    ]),
  );
  const found: string[] = [];
  for await (const { records, newSlice } of rounds(streams, { records: 100, bytes: 1_000_000, ...limits })) {
    found.push(
      `${newSlice ? '| ' : ''}${records.map((record) => `${record.partition}:${record.timestamp}`).join(' ')}`,
    );
  }
  return found;
}

test('partitions are merged by time, and a partition keeps its order although its clock went back', async () => {
  expect(await roundsOf([partition(0, [1, 5, 2, 6]), partition(1, [3, 4, 9])])).toEqual([
    '0:1 1:3 1:4 0:5 0:2 0:6 1:9',
  ]);
});

test('a record without a timestamp follows the one before it', async () => {
  expect(await roundsOf([partition(0, [-1, 5, -1]), partition(1, [6, 0, 7])], { sliceMs: HOUR })).toEqual([
    '0:-1',
    '| 0:5 0:-1 1:6 1:0 1:7',
  ]);
});

test('a slice of time ends before the first record that is past it, in every partition', async () => {
  const [early, late] = [HOUR - 1, HOUR];

  expect(
    await roundsOf([partition(0, [1, early, late]), partition(1, [2, late, 5 * HOUR])], { sliceMs: HOUR }),
  ).toEqual([`| 0:1 1:2 0:${early}`, `| 0:${late} 1:${late}`, `| 1:${5 * HOUR}`]);
});

test('a round has at most its number of records, and of one partition its bytes', async () => {
  expect(await roundsOf([partition(0, [1, 2, 3])], { records: 2 })).toEqual(['0:1 0:2', '0:3']);
  expect(
    await roundsOf([partition(0, [1, 3], 'x'.repeat(100)), partition(1, [2, 4], 'x'.repeat(100))], { bytes: 150 }),
  ).toEqual(['0:1 1:2', '0:3 1:4']);
});
