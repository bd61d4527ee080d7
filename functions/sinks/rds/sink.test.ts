import type { SqlParameter } from '@aws-sdk/client-rds-data';
import { PermanentError, TransientError } from '#lib/errors.ts';
import type { Database } from '#lib/stores/data-api.ts';
import { batchOfRecords } from '#test/support/msk-event.ts';
import { bytesInRequest, rdsSink } from './sink.ts';

/** A database that rejects every statement with a row of a bad offset, and counts the statements. */
function rejecting(bad: readonly number[], error: Error = new PermanentError('SQLSTATE_54001', 'refused')) {
  const stored: number[] = [];
  let statements = 0;
  const execute = async (_: string, parameters: SqlParameter[] = []) => {
    statements += 1;
    const rows = parameters.find(({ name }) => name === 'rows')?.value?.stringValue ?? '';
    const offsets = (JSON.parse(rows) as { offset: number }[]).map(({ offset }) => offset);
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

test('rows that both statements reject are halved until only the rows at fault are left; all others are stored', async () => {
  const { sink, stored, statements } = rejecting([3, 700]);

  const failures = await sink.write(batch(1000));

  expect(failures.map(({ record, error }) => [record.offset, error.code])).toEqual([
    [3, 'SQLSTATE_54001'],
    [700, 'SQLSTATE_54001'],
  ]);
  expect(stored).toHaveLength(998);
  expect(statements()).toBeLessThan(90);
});

test('halving ends at the deadline: rows that were found at fault are permanent failures, the rest is retriable', async () => {
  const all = Array.from({ length: 1000 }, (_, n) => n);
  const { sink, statements } = rejecting(all);
  // Each statement takes 1 ms.
  const deadline = { remaining: () => 100 - statements() };

  const failures = await sink.write({ ...batch(1000), deadline });

  const known = failures.filter(({ error }) => !error.retriable).map(({ record }) => record.offset);
  expect(known.length).toBeGreaterThan(10);
  expect(known).toEqual(all.slice(0, known.length));
  expect(failures.map(({ record }) => record.offset)).toEqual(all);
  expect(new Set(failures.slice(known.length).map(({ error }) => error.code))).toEqual(new Set(['DATABASE_DEADLINE']));
  expect(statements()).toBeLessThanOrEqual(101);
});

test('after a transient or an unknown error, the rows are handed back without halving', async () => {
  for (const error of [new TransientError('DATABASE_UNAVAILABLE', 'away'), new TypeError('a bug')]) {
    const { sink } = rejecting([3], error);

    const failures = await sink.write(batch(4, 50));

    expect(failures.map(({ record, error: { retriable } }) => [record.offset, retriable])).toEqual(
      [0, 1, 2, 3].map((offset) => [offset, true]),
    );
  }
});

test('a row is measured as a string within the JSON of the request', () => {
  expect(bytesInRequest('{"a":"é"}')).toBe('"{\\"a\\":\\"'.length + 2 + '\\"}"'.length);
});
