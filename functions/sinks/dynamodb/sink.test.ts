import { PermanentError, TransientError } from '#lib/errors.ts';
import type { PutIf } from '#lib/stores/conditional-put.ts';
import { over } from '#test/support/deadlines.ts';
import { batchOfRecords, type TestRecord } from '#test/support/msk-event.ts';
import { dynamodbSink } from './sink.ts';

const names = {
  vehicles: 'vehicles',
  alerts: 'alerts',
  trips: 'trips',
  orders: 'orders',
  users: 'users',
  devices: 'devices',
  records: 'records',
};
const sink = (put: PutIf, now = Date.now()) =>
  dynamodbSink({ put, tables: names, tombstoneDays: 30, loginDays: 365, now: () => now });

const reading = (vehicleId: string, second: number): TestRecord => ({
  topic: 'processed-data-topic',
  value: { vehicleId, location: '1,2', latitude: 1, longitude: 2, timestamp: `2026-01-01T00:00:0${second}Z` },
});

/** Rejects the states with those seconds. */
const rejecting =
  (seconds: number[], error: Error, written: string[] = []): PutIf =>
  async ({ Item }) => {
    const time = Item['eventTime']?.S ?? '';
    if (seconds.includes(Number(time.slice(17, 19)))) throw error;
    written.push(time);
    return 'written';
  };

test('after a state that the store rejects, the next older one is stored', async () => {
  const written: string[] = [];
  const put = rejecting([3, 2], new PermanentError('TOO_LARGE', ''), written);

  const failures = await sink(put).write(batchOfRecords([reading('V', 2), reading('V', 1), reading('V', 3)]));

  expect(failures.map(({ record, error }) => [record.offset, error.code])).toEqual([
    [2, 'TOO_LARGE'],
    [0, 'TOO_LARGE'],
  ]);
  expect(written).toEqual(['2026-01-01T00:00:01.000Z']);
});

test('a state that was not stored hands back all records of its entity, and no others', async () => {
  const put = rejecting([3], new TransientError('DYNAMODB', ''));

  const failures = await sink(put).write(
    batchOfRecords([reading('V', 2), reading('W', 2), reading('V', 3), reading('V', 1)], {}, over),
  );

  expect(failures.map(({ record, error }) => [record.offset, error.retriable])).toEqual([
    [0, true],
    [2, true],
    [3, true],
  ]);
});

test('a throttled put is retried before the deadline', async () => {
  let tries = 0;
  const put: PutIf = async () => {
    tries += 1;
    if (tries < 3) throw new TransientError('DYNAMODB', 'throttled');
    return 'written';
  };

  expect(await sink(put).write(batchOfRecords([reading('V', 1)]))).toEqual([]);
  expect(tries).toBe(3);
});

test('at most 20 puts run at once', async () => {
  let underWay = 0;
  let most = 0;
  const put: PutIf = async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 1));
    underWay -= 1;
    return 'refused';
  };

  await sink(put).write(batchOfRecords(Array.from({ length: 100 }, (_, n) => reading(`V${n}`, 1))));

  expect(most).toBe(20);
});

describe('a login', () => {
  const login = (user_id: string, device_id: string | null, second = 1): TestRecord => ({
    topic: 'user-login-processed',
    value: {
      user_id,
      app_version: '1.0.0',
      ip: null,
      locale: 'en',
      device_id,
      timestamp: `2026-01-01T00:00:0${second}Z`,
      device_type: 'ios',
    },
  });

  test('becomes the latest of its user and of its device, if it has one, and expires', async () => {
    const written = new Set<unknown>();
    const put: PutIf = async ({ TableName, Item }) => {
      written.add([TableName, Item['user_id']?.S, Item['device_id']?.S, Item['eventTime']?.S, Item['expiresAt']?.N]);
      return 'written';
    };

    expect(await sink(put).write(batchOfRecords([login('a', 'x'), login('b', 'x', 2), login('a', null, 3)]))).toEqual(
      [],
    );

    const time = (second: number) => [`2026-01-01T00:00:0${second}.000Z`, String(1_767_225_600 + second + 31_536_000)];
    expect(written).toEqual(
      new Set([
        ['devices', 'b', 'x', ...time(2)],
        ['users', 'a', undefined, ...time(3)],
        ['users', 'b', 'x', ...time(2)],
      ]),
    );
  });

  test.each([
    ['at its Kafka timestamp', 1_767_225_600_999, '1767225600'],
    ['when it is stored, if it has no Kafka timestamp', -1, '1767312000'],
    ['when it is stored, if its Kafka timestamp is 0', 0, '1767312000'],
  ])(
    'older than its retention expires %s, as TTL never removes what expired over five years ago',
    async (_, timestamp, expiresAt) => {
      const written: unknown[] = [];
      const put: PutIf = async ({ Item }) => {
        written.push(Item['expiresAt']?.N);
        return 'written';
      };
      const { value, ...rest } = login('a', null);
      const old = {
        ...rest,
        value: { ...(value as object), timestamp: '1970-01-01T00:00:01Z' },
        timestamp,
      };

      expect(await sink(put, 1_767_312_000_999).write(batchOfRecords([old]))).toEqual([]);

      expect(written).toEqual([expiresAt]);
    },
  );

  test('is one failure if both tables reject it, and is retriable if one of them is unavailable', async () => {
    const refused = new PermanentError('TOO_LARGE', '');
    const away = new TransientError('DYNAMODB', '');

    const both = await sink(() => Promise.reject(refused)).write(batchOfRecords([login('a', 'x')]));
    const one = await sink(({ TableName }) => Promise.reject(TableName === 'devices' ? away : refused)).write(
      batchOfRecords([login('a', 'x')], {}, over),
    );

    expect(both.map(({ error }) => error.code)).toEqual(['TOO_LARGE']);
    expect(one.map(({ error }) => error.code)).toEqual(['DYNAMODB']);
  });
});
