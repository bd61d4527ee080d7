import type { SqlParameter } from '@aws-sdk/client-rds-data';
import { PermanentError, TransientError } from '../../../lib/errors.ts';
import type { Database } from '../../../lib/stores/data-api.ts';
import { batchOfRecords } from '../../../test/msk-event.ts';
import { rdsSink } from './sink.ts';

/** A database that refuses every statement with one of the bad offsets, and counts how many it got. */
function refusing(bad: readonly number[], error: Error = new PermanentError('SQLSTATE_22P05', 'refused')) {
  const stored: number[] = [];
  let statements = 0;
  const execute = async (_: string, [rows]: SqlParameter[] = []) => {
    statements += 1;
    const offsets = (JSON.parse(rows?.value?.stringValue ?? '') as { offset: number }[]).map(({ offset }) => offset);
    if (offsets.some((offset) => bad.includes(offset))) throw error;
    stored.push(...offsets);
    return { $metadata: {} };
  };
  const database: Pick<Database, 'execute'> = { execute };
  return { sink: rdsSink({ open: () => database }), stored, statements: () => statements };
}

const batch = (count: number, ms?: number) =>
  batchOfRecords(
    Array.from({ length: count }, (_, n) => ({ topic: 'demo_topic', value: { n } })),
    {},
    ms,
  );

test('a refused statement is halved down to the records at fault; all others are stored', async () => {
  const { sink, stored, statements } = refusing([3, 700]);

  const failures = await sink.write(batch(1000));

  expect(failures.map(({ record, error }) => [record.offset, error.code])).toEqual([
    [3, 'SQLSTATE_22P05'],
    [700, 'SQLSTATE_22P05'],
  ]);
  expect(stored).toHaveLength(998);
  expect(statements()).toBeLessThan(50);
});

test('what is transient, or no error of ours, hands the rows back unsplit', async () => {
  for (const error of [new TransientError('DATABASE_UNAVAILABLE', 'away'), new TypeError('a bug')]) {
    const { sink } = refusing([3], error);

    const failures = await sink.write(batch(4, 50));

    expect(failures.map(({ record, error: { retriable } }) => [record.offset, retriable])).toEqual(
      [0, 1, 2, 3].map((offset) => [offset, true]),
    );
  }
});
