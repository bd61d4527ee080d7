import { PermanentError, type PipelineError, TransientError } from '#lib/errors.ts';
import type { ConditionalWrite, WriteIf } from '#lib/stores/conditional-writes.ts';
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

/** Writes of one item each, by `write`: the item is written, unless it throws. */
const oneByOne =
  (write: (one: ConditionalWrite) => void): WriteIf =>
  async (writes) =>
    writes.map((one) => {
      try {
        write(one);
        return { status: 'written' };
      } catch (error) {
        return { status: 'failed', error: error as PipelineError };
      }
    });
const sink = (write: (one: ConditionalWrite) => void, now = Date.now()) =>
  dynamodbSink({ write: oneByOne(write), tables: names, tombstoneDays: 30, loginDays: 365, now: () => now });

const reading = (vehicleId: string, second: number): TestRecord => ({
  topic: 'processed-data-topic',
  value: { vehicleId, location: '1,2', latitude: 1, longitude: 2, timestamp: `2026-01-01T00:00:0${second}Z` },
});

/** Rejects the states with those seconds. */
const rejecting =
  (seconds: number[], error: Error, written: string[] = []) =>
  ({ item }: ConditionalWrite) => {
    const time = item['eventTime']?.S ?? '';
    if (seconds.includes(Number(time.slice(17, 19)))) throw error;
    written.push(time);
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

  expect(new Set(failures.map(({ record }) => record.offset))).toEqual(new Set([0, 2, 3]));
  expect(failures.every(({ error }) => error.retriable)).toBe(true);
});

test('trips of a vehicle from two partitions are never in one call', async () => {
  const calls: string[][] = [];
  const write: WriteIf = async (writes) => {
    calls.push(writes.map(({ item }) => `${item['vehicleId']?.S} ${item['partition']?.N}`));
    return writes.map(() => ({ status: 'written' }));
  };
  const trip = (vehicleId: string, partition: number): TestRecord => ({
    topic: 'trips-topic',
    partition,
    key: vehicleId,
    value: null,
  });

  const all = dynamodbSink({ write, tables: names, tombstoneDays: 30, loginDays: 365 });
  expect(await all.write(batchOfRecords([trip('V', 0), trip('W', 0), trip('V', 1)]))).toEqual([]);

  expect(calls).toEqual([['V 0', 'W 0'], ['V 1']]);
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
    const put = ({ table, item }: ConditionalWrite) => {
      written.add([table, item['user_id']?.S, item['device_id']?.S, item['eventTime']?.S, item['expiresAt']?.N]);
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
      const put = ({ item }: ConditionalWrite) => void written.push(item['expiresAt']?.N);
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

    const fail = (error: Error) => {
      throw error;
    };

    const both = await sink(() => fail(refused)).write(batchOfRecords([login('a', 'x')]));
    const one = await sink(({ table }) => fail(table === 'devices' ? away : refused)).write(
      batchOfRecords([login('a', 'x')], {}, over),
    );

    expect(both.map(({ error }) => error.code)).toEqual(['TOO_LARGE']);
    expect(one.map(({ error }) => error.code)).toEqual(['DYNAMODB']);
  });
});
