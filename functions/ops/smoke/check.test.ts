import type { Deadline } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import { over, overWhen, plenty } from '#test/support/deadlines.ts';
import { checkPlaces } from './check.ts';
import { grown } from './offsets.ts';
import type { Marked, Place } from './place.ts';

const marked: Marked = { topic: 'demo_topic', marker: 'smoke-1', count: 2, ranges: [], since: 0, until: 0 };
const away = () => Promise.reject(new TransientError('STORE', 'no answer'));

/** A store with this many of the records. It removes them on request. */
function place(name: string, count: number, more: Partial<Place> = {}): Place & { keys: Set<string> } {
  const keys = new Set(Array.from({ length: count }, (_, n) => `smoke-1-${n}`));
  return { name, keys, find: async () => keys, remove: async () => keys.clear(), ...more };
}
const check = (places: Record<string, Place>, found: Deadline = over) =>
  checkPlaces(places, marked, { found, removed: over });

test('the records are found in each store, and removed where the store allows it', async () => {
  const [rds, s3] = [place('PostgreSQL', 2), { name: 'the archive', find: async () => new Set(['a', 'b']) }];

  expect(await check({ rds, s3 })).toEqual({ rds: expect.any(Number), s3: expect.any(Number) });
  expect(rds.keys.size).toBe(0);
});

test('a store without all records is named with its count; all stores are cleaned', async () => {
  const [rds, dynamodb] = [place('PostgreSQL', 2), place('DynamoDB', 1)];

  await expect(check({ rds, dynamodb })).rejects.toThrow(
    'smoke-1: DynamoDB: 1 of the 2 marked records were there in time',
  );
  expect([rds.keys.size, dynamodb.keys.size]).toEqual([0, 0]);
});

test('a store that becomes unavailable after a look is named with its count and its error', async () => {
  const looks = [async () => new Set(['a']), away];
  const rds = place('PostgreSQL', 2, { find: () => (looks.shift() ?? away)() });

  await expect(
    check(
      { rds },
      overWhen(() => looks.length === 0),
    ),
  ).rejects.toThrow('smoke-1: PostgreSQL: 1 of the 2 marked records were there in time, then: no answer');
});

test('an unavailable store is named with its own error first, and the others are cleaned', async () => {
  const rds = place('PostgreSQL', 2, { find: away, remove: away });
  const dynamodb = place('DynamoDB', 2);

  const failed = check({ rds, dynamodb }).catch((error: Error) => error);

  expect(await failed).toMatchObject({
    message: 'smoke-1: PostgreSQL: no answer; PostgreSQL could not be cleaned: no answer',
    cause: { cause: { code: 'STORE' } },
  });
  expect(dynamodb.keys.size).toBe(0);
});

test('records that are found but cannot be removed are a failure', async () => {
  await expect(check({ rds: place('PostgreSQL', 2, { remove: away }) })).rejects.toThrow(
    'smoke-1: PostgreSQL could not be cleaned: no answer',
  );
});

test('a store is checked again until it has the records', async () => {
  const rds = place('PostgreSQL', 0);
  const found = checkPlaces({ rds }, marked, { found: plenty, removed: plenty });
  for (const key of ['smoke-1-0', 'smoke-1-1']) rds.keys.add(key);

  expect(Object.keys(await found)).toEqual(['rds']);
});

test('marked records are in the ranges that were added to the topic', () => {
  const before = new Map([
    [0, 7],
    [1, 3],
  ]);
  const after = new Map([
    [0, 7],
    [1, 5],
    [2, 1],
  ]);

  expect(grown(before, after)).toEqual([
    { partition: 1, from: 3, to: 5 },
    { partition: 2, from: 0, to: 1 },
  ]);
});
