import { readFileSync } from 'node:fs';
import type { MskEvent } from '#lib/kafka/event.ts';
import { PROCESSED, runEvent } from './logins.fixture.ts';

/** No topic has that many partitions: an invocation by hand must not collide with records of a running stack. */
const FIRST_SAMPLE_PARTITION = 9;

async function outcomeOf(file: string) {
  const event = JSON.parse(readFileSync(new URL(`../../events/${file}.json`, import.meta.url), 'utf8')) as MskEvent;
  for (const { partition } of Object.values(event.records).flat()) {
    expect(partition).toBeGreaterThanOrEqual(FIRST_SAMPLE_PARTITION);
  }
  return runEvent(event);
}

test.each([
  ['processLogin', 3],
  ['processLogin/confluent', 2],
  ['processLogin/glue', 2],
  ['processLogin/decoded', 3],
])('the sample %s has valid logins', async (file, count) => {
  const { values, codes } = await outcomeOf(file);

  expect(codes).toEqual([]);
  expect(values).toHaveLength(count);
  expect(values[0]).toEqual(PROCESSED);
});

test('the sample of bad logins has every error code except those that need a second schema or a value over 64 KiB', async () => {
  const { codes } = await outcomeOf('processLogin/bad');

  expect(codes.toSorted(([a], [b]) => a - b).map(([, code]) => code)).toEqual([
    'NULL_VALUE',
    'NOT_UTF8',
    'NOT_JSON',
    'NOT_AN_OBJECT',
    'TRUNCATED_FRAME',
    'UNKNOWN_COMPRESSION',
    'CORRUPT_COMPRESSION',
    'TOO_LARGE_INFLATED',
    'UNKNOWN_SCHEMA',
    'TRUNCATED_AVRO',
    'TRAILING_BYTES',
    'NOT_AVRO',
    'SCHEMA',
    'SCHEMA',
    'NO_IDENTITY',
    'FUTURE_TIMESTAMP',
    'UNKNOWN_FORMAT',
  ]);
});
