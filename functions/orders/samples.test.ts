import { readFileSync } from 'node:fs';
import type { MskEvent } from '#lib/kafka/event.ts';
import { eachRecord } from '#lib/kafka/outcome.ts';
import { type KafkaRecord, partitionsOf } from '#lib/kafka/records.ts';
import { readOrder, readProcessedOrder } from './schema.ts';

/** No topic has that many partitions: an invocation by hand must not collide with records of a running stack. */
const FIRST_SAMPLE_PARTITION = 9;

function codesOf(file: string, read: (record: KafkaRecord) => unknown): string[] {
  const event = readFileSync(new URL(`../../events/${file}.json`, import.meta.url), 'utf8');
  const partitions = partitionsOf(JSON.parse(event) as MskEvent);
  for (const { partition } of partitions) expect(partition).toBeGreaterThanOrEqual(FIRST_SAMPLE_PARTITION);
  const { failures } = eachRecord(
    partitions.flatMap(({ records }) => records),
    read,
  );
  return failures.map(({ error }) => error.code);
}

test('the samples of good orders are valid', () => {
  expect(codesOf('processOrder', readOrder)).toEqual([]);
  expect(codesOf('aggregateOrders', readProcessedOrder)).toEqual([]);
});

test('the sample of bad orders has every error code that an order itself can have', () => {
  const codes = codesOf('processOrder/bad', readOrder);

  expect(new Set(codes)).toEqual(
    new Set(['NULL_VALUE', 'NOT_UTF8', 'NOT_JSON', 'NOT_AN_OBJECT', 'SCHEMA', 'FUTURE_TIMESTAMP']),
  );
});
