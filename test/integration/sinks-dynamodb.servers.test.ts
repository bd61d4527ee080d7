import { readFile } from 'node:fs/promises';
import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { parse } from 'yaml';
import { entities } from '#functions/sinks/dynamodb/items.ts';
import { dynamodbSink } from '#functions/sinks/dynamodb/sink.ts';
import { type Failure, recordsOf } from '#lib/kafka/batch.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { attribute, item } from '#lib/stores/attributes.ts';
import { type ConditionalWrite, conditionalWrites, type WriteIf } from '#lib/stores/conditional-writes.ts';
import type { Target } from '#local/deploy/resource-type.ts';
import { resourceTypes } from '#local/deploy/resource-types.ts';
import { findItems } from '#proof/follow/items.ts';
import { plenty } from '../support/deadlines.ts';
import { whileFrozen } from '../support/freeze.ts';
import { batchOfRecords, KAFKA_TIME, type TestRecord } from '../support/msk-event.ts';
import { startTables, type TestTables } from '../support/servers.ts';

const NOW = Date.UTC(2026, 0, 2);
const names = {
  vehicles: 'vehicles',
  alerts: 'alerts',
  trips: 'trips',
  orders: 'orders',
  users: 'users',
  devices: 'devices',
  records: 'records',
};

let tables: TestTables;
let written = 0;
let writeIf: WriteIf;
beforeAll(async () => {
  tables = await startTables();
  await tables.create('vehicles', 'vehicleId:S');
  await tables.create('alerts', 'vehicleId:S', 'alert:S');
  await tables.create('trips', 'vehicleId:S');
  await createOrders();
  await tables.create('users', 'user_id:S');
  await tables.create('devices', 'device_id:S');
  await tables.create('records', 'topicPartition:S', 'offset:N');
  const counted = conditionalWrites(tables.client);
  writeIf = (writes, deadline) => {
    written += writes.length;
    return counted(writes, deadline);
  };
});
afterAll(() => tables?.stop());
beforeEach(() => {
  written = 0;
});

/** Creates the table of orders as in the template, with its index. */
async function createOrders(): Promise<void> {
  const template = parse(await readFile('resources/stores/dynamodb.yml', 'utf8'), { logLevel: 'error' });
  const { Type, Properties } = template.Resources.OrdersTable;
  await resourceTypes[Type]?.create?.('orders', Properties, { endpoint: tables.server.endpoint } as Target);
}

const write = (records: TestRecord[], ms?: number) =>
  dynamodbSink({ write: writeIf, tables: names, tombstoneDays: 30, loginDays: 365, now: () => NOW }).write(
    batchOfRecords(records, {}, ms),
  );
const writeOne = async (table: string, key: string[], one: ConditionalWrite['item']) =>
  (await writeIf([{ table, key, item: one }], plenty))[0];
const find = async (table: string, key: string, value: string) =>
  (await tables.items(table)).filter((found) => found[key]?.S === value);

const reading = (vehicleId: string, second: number, raw: string, more: object = {}): TestRecord => ({
  topic: 'processed-data-topic',
  headers: { source: `raw-data-topic-${raw}` },
  value: {
    vehicleId,
    location: '1,2',
    latitude: 1,
    longitude: 2,
    timestamp: new Date(KAFKA_TIME + second * 1000).toISOString(),
    ...more,
  },
});

test('the item of a vehicle is its newest reading, with the version of the raw record', async () => {
  await write([reading('V1', 5, '2-9', { speed: 85.1, distanceRemainingKm: 0.1 + 0.2 })]);

  expect(await find('vehicles', 'vehicleId', 'V1')).toEqual([
    {
      vehicleId: { S: 'V1' },
      version: { S: '001767225605000-0000000002-00000000000000000009' },
      source: { S: 'raw-data-topic-2-9' },
      eventTime: { S: '2026-01-01T00:00:05.000Z' },
      latitude: { N: '1' },
      longitude: { N: '2' },
      speed: { N: '85.1' },
      distanceRemainingKm: { N: '0.30000000000000004' },
    },
  ]);
});

test('only the newest reading of each vehicle in a batch is written; an older reading later changes nothing', async () => {
  const batch = Array.from({ length: 100 }, (_, n) => reading(`B${n % 3}`, n, `0-${n}`));
  const before = reading('B0', -1, '0-1000');

  expect(await write(batch.toReversed())).toEqual([]);
  expect(written).toBe(3);
  expect(await write([before])).toEqual([]);

  expect((await find('vehicles', 'vehicleId', 'B0'))[0]?.['source']).toEqual({ S: 'raw-data-topic-0-99' });
});

/** Kinds of entities for the property below: the records of an entity, and which of two is newer. */
interface Kind {
  readonly table: string;
  readonly key: string;
  record(entity: string, event: Event): TestRecord;
  /** a newer record has a greater rank */
  rank(event: Event): string;
}
interface Event {
  readonly entity: number;
  readonly second: number;
  readonly partition: number;
  readonly offset: number;
  /** which optional fields the record has */
  readonly fields: readonly [boolean, boolean];
}
const digits = (...numbers: number[]) => numbers.map((number) => String(number).padStart(3, '0')).join('-');
const byTime = ({ second, partition, offset }: Event) => digits(second, partition, offset);
const time = (second: number) => new Date(KAFKA_TIME + second * 1000).toISOString();

const kinds: Record<'vehicles' | 'users' | 'trips', Kind> = {
  vehicles: {
    table: 'vehicles',
    key: 'vehicleId',
    record: (id, { second, partition, offset, fields: [speed, fuelLevel] }) =>
      reading(id, second, `${partition}-${offset}`, {
        ...(speed && { speed: offset }),
        ...(fuelLevel && { fuelLevel: 50 }),
      }),
    rank: byTime,
  },
  users: {
    table: 'users',
    key: 'user_id',
    record: (user_id, { second, partition, offset, fields: [ip, device] }) => ({
      topic: 'user-login-processed',
      headers: { source: `user-login-${partition}-${offset}` },
      value: {
        ...{ user_id, app_version: '1.0.0', locale: 'en', device_type: 'ios', timestamp: time(second) },
        ...{ ip: ip ? '162.255.195.0' : null, device_id: device ? `of ${user_id}` : null },
      },
    }),
    rank: byTime,
  },
  // Of one partition: its records may have any timestamps.
  trips: {
    table: 'trips',
    key: 'vehicleId',
    record: (vehicleId, { second, offset, fields: [ended] }) => ({
      ...{ topic: 'trips-topic', key: vehicleId, offset, timestamp: KAFKA_TIME + second * 1000 },
      value: ended ? null : { vehicleId, tripId: `T${offset}`, destination: '1,2', plannedArrival: time(9) },
    }),
    rank: ({ offset }) => digits(offset),
  },
};

test.each(Object.keys(kinds) as (keyof typeof kinds)[])(
  '%s: any order, split and repetition by two workers at once ends in the same state',
  async (name) => {
    const kind = kinds[name];
    let run = 0;
    // Up to 40 entities, so that a batch is several calls, and new entities meet stored ones.
    const events = fc.record({ entities: fc.constantFrom(2, 40), seconds: fc.nat(4) }).chain(({ entities, seconds }) =>
      fc.array(
        fc.record({
          entity: fc.nat(entities - 1),
          second: fc.nat(seconds),
          partition: fc.nat(2),
          fields: fc.tuple(fc.boolean(), fc.boolean()),
        }),
        { minLength: 1, maxLength: 80, size: 'max' },
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.integer({ min: 1, max: 60 }),
        fc.infiniteStream(fc.nat(1000)),
        async (made, size, order) => {
          run += 1;
          const all = made.map((event, offset) => {
            const id = `${name} ${run} ${event.entity}`;
            return { id, rank: kind.rank({ ...event, offset }), record: kind.record(id, { ...event, offset }) };
          });
          const shuffled = () => {
            const keyed = all.map(({ record }) => ({ record, at: order.next().value }));
            return keyed.toSorted((a, b) => a.at - b.at).map(({ record }) => record);
          };
          // Parts of the records, in turn at two workers, and some parts a second time at the other worker.
          const parts: TestRecord[][] = [];
          const records = shuffled();
          for (let from = 0; from < records.length; from += size) parts.push(records.slice(from, from + size));
          const workers = [0, 1].map((worker) => parts.filter((_, n) => n % 2 === worker || n % 5 === 0));

          const failures = await Promise.all(
            workers.map(async (own) => {
              const failed: Failure[] = [];
              for (const part of own) failed.push(...(await writeBatch(part)));
              return failed;
            }),
          );

          expect(failures).toEqual([[], []]);
          const newest = [...Map.groupBy(all, ({ id }) => id).values()].flatMap(
            (own) => own.toSorted((a, b) => (a.rank < b.rank ? 1 : -1))[0] ?? [],
          );
          const items = (await tables.items(kind.table)).filter((found) =>
            found[kind.key]?.S?.startsWith(`${name} ${run} `),
          );
          expect(new Set(items)).toEqual(new Set(newest.map(({ record }) => itemOf(name, record))));
        },
      ),
      { numRuns: 20 },
    );
  },
);

/** The records of a partition are in offset order in a batch. */
const writeBatch = (records: TestRecord[]) => write(records.toSorted((a, b) => (a.offset ?? 0) - (b.offset ?? 0)));

/** The item of a record that is written alone. */
function itemOf(kind: keyof typeof kinds, made: TestRecord) {
  const [record] = recordsOf(batchOfRecords([made]));
  return entities[kind].item(record as KafkaRecord, { now: NOW, tombstoneDays: 30, loginDays: 365 });
}

test('the item of an alert is kept by vehicle and kind, with the fields of the kind', async () => {
  const alert = (kind: string, offset: number, more: object): TestRecord => ({
    topic: 'alerts-topic',
    headers: { source: `raw-data-topic-1-${offset}/${kind}` },
    value: { vehicleId: 'A1', alert: kind, timestamp: '2026-01-01T00:00:00Z', ...more },
  });

  await write([
    alert('Speeding', 3, { speed: 81 }),
    alert('LowFuel', 3, { fuelLevel: 5 }),
    alert('Speeding', 4, { speed: 99 }),
  ]);

  expect(await find('alerts', 'vehicleId', 'A1')).toEqual([
    item({
      vehicleId: 'A1',
      alert: 'LowFuel',
      version: '001767225600000-0000000001-00000000000000000003',
      source: 'raw-data-topic-1-3/LowFuel',
      timestamp: '2026-01-01T00:00:00Z',
      fuelLevel: 5,
    }),
    item({
      vehicleId: 'A1',
      alert: 'Speeding',
      version: '001767225600000-0000000001-00000000000000000004',
      source: 'raw-data-topic-1-4/Speeding',
      timestamp: '2026-01-01T00:00:00Z',
      speed: 99,
    }),
  ]);
});

test('a newer alert has no field of an older one; fields that no rule knows are one attribute', async () => {
  const alert = (offset: number, more: object): TestRecord => ({
    topic: 'alerts-topic',
    headers: { source: `raw-data-topic-1-${offset}/Crash` },
    value: { vehicleId: 'A2', alert: 'Crash', timestamp: '2026-01-01T00:00:00Z', ...more },
  });
  const common = { vehicleId: 'A2', alert: 'Crash', timestamp: '2026-01-01T00:00:00Z' };
  const version = '001767225600000-0000000001-0000000000000000000';

  await write([alert(1, { speed: 99, force: 7, "it's": 1, version: 'x' })]);
  expect(await find('alerts', 'vehicleId', 'A2')).toEqual([
    item({
      ...common,
      version: `${version}1`,
      source: 'raw-data-topic-1-1/Crash',
      speed: 99,
      detail: { force: 7, "it's": 1, version: 'x' },
    }),
  ]);

  await write([alert(2, { temperature: 3 })]);
  expect(await find('alerts', 'vehicleId', 'A2')).toEqual([
    item({ ...common, version: `${version}2`, source: 'raw-data-topic-1-2/Crash', temperature: 3 }),
  ]);
});

test("a tombstone marks a trip as deleted, so an older trip can't come back, but a newer one can", async () => {
  const trip = (tripId: string) => ({
    vehicleId: 'T1',
    tripId,
    destination: '1,2',
    plannedArrival: '2026-01-03T00:00:00Z',
  });
  const at = (offset: number, value: object | null): TestRecord => ({ topic: 'trips-topic', key: 'T1', offset, value });
  const version = (offset: number) => `001767225600000-0000000000-0000000000000000000${offset}`;
  const place = (offset: number) => ({ vehicleId: 'T1', version: version(offset), partition: 0, offset });

  await write([at(1, trip('one')), at(2, null)]);
  await write([at(1, trip('one'))]);
  expect(await find('trips', 'vehicleId', 'T1')).toEqual([
    item({ ...place(2), deleted: true, expiresAt: NOW / 1000 + 30 * 86_400 }),
  ]);

  await write([at(3, trip('two'))]);
  expect(await find('trips', 'vehicleId', 'T1')).toEqual([item({ ...place(3), ...trip('two'), deleted: false })]);
});

describe('a vehicle’s trip is the last one of its partition, whatever the producers’ clocks', () => {
  const AHEAD = 50 * 60_000;
  /** One record of a vehicle's trip: how far its clock is ahead, in ms, and the trip, or null for a tombstone. */
  type Change = [ahead: number, tripId: string | null];
  const recordsOfTrip = (vehicleId: string, changes: Change[], partition = 0): TestRecord[] =>
    changes.map(([ahead, tripId], offset) => ({
      topic: 'trips-topic',
      key: vehicleId,
      partition,
      offset,
      timestamp: KAFKA_TIME + offset + ahead,
      value: tripId && { vehicleId, tripId, destination: '1,2', plannedArrival: '2026-01-03T00:00:00Z' },
    }));
  const tripOf = async (vehicleId: string) => {
    const [found] = await find('trips', 'vehicleId', vehicleId);
    return found?.['deleted']?.BOOL ? null : found?.['tripId']?.S;
  };

  test.each<[string, Change[], string | null]>([
    [
      'a trip from 50 min ahead, a newer trip, a tombstone',
      [
        [AHEAD, 'one'],
        [0, 'two'],
        [0, null],
      ],
      null,
    ],
    [
      'a trip from 50 min ahead, then a trip with a right clock',
      [
        [AHEAD, 'one'],
        [0, 'two'],
      ],
      'two',
    ],
    [
      'a tombstone from ahead, then a trip',
      [
        [0, 'one'],
        [AHEAD, null],
        [0, 'two'],
      ],
      'two',
    ],
    [
      'records without a timestamp',
      [
        [0, 'one'],
        [-KAFKA_TIME - 2, 'two'],
        [-KAFKA_TIME - 2, 'three'],
      ],
      'three',
    ],
  ])('%s: one by one, in a batch, backwards, and rebuilt', async (name, changes, last) => {
    const ways: [string, (records: TestRecord[]) => TestRecord[][]][] = [
      ['one by one', (records) => records.map((record) => [record])],
      ['in a batch', (records) => [records]],
      ['backwards', (records) => records.toReversed().map((record) => [record])],
      ['twice', (records) => [records, records.slice(0, 1)]],
      ['compacted', (records) => [records.slice(-1)]],
    ];
    for (const [way, batchesOf] of ways) {
      const vehicleId = `${name} ${way}`;
      for (const batch of batchesOf(recordsOfTrip(vehicleId, changes))) expect(await write(batch)).toEqual([]);
      expect([way, await tripOf(vehicleId)]).toEqual([way, last]);
    }
  });

  test('an item of an older version of this service, which has no partition, is replaced by a later trip', async () => {
    const stored = (vehicleId: string, at: number) =>
      writeOne(
        'trips',
        ['vehicleId'],
        item({ vehicleId, version: `00${KAFKA_TIME + at}-0000000009-${'0'.repeat(20)}` }),
      );
    await Promise.all([stored('O1', -1), stored('O2', 1)]);

    for (const vehicleId of ['O1', 'O2']) await write(recordsOfTrip(vehicleId, [[0, 'one']]));

    expect([await tripOf('O1'), await tripOf('O2')]).toEqual(['one', undefined]);
  });

  test('after partitions were added, the later last trip of two partitions stays, in any order', async () => {
    const old = (id: string) =>
      recordsOfTrip(
        id,
        [
          [0, 'one'],
          [0, 'two'],
        ],
        2,
      );
    const added = (id: string) => recordsOfTrip(id, [[1_000, 'three']], 0);

    await write([...old('P1'), ...added('P1')]);
    await write(added('P2'));
    await write(old('P2'));

    expect([await tripOf('P1'), await tripOf('P2')]).toEqual(['three', 'three']);
  });
});

test('generic records are stored under their coordinates, as text or as bytes', async () => {
  const records: TestRecord[] = [
    { topic: 'demo_topic', offset: 4, key: '', value: '\u0000 any' },
    { topic: 'demo_topic', key: Buffer.from([0xff]), value: Buffer.from([0xfe]), timestamp: -1 },
    { topic: 'demo_topic', value: null },
  ];

  await write(records);
  await write(records);

  expect(await find('records', 'topicPartition', 'demo_topic-0')).toEqual([
    item({ topicPartition: 'demo_topic-0', offset: 4, timestamp: KAFKA_TIME, key: '', value: '\u0000 any' }),
    {
      ...item({ topicPartition: 'demo_topic-0', offset: 5, timestamp: -1 }),
      keyBytes: { B: new Uint8Array([0xff]) },
      valueBytes: { B: new Uint8Array([0xfe]) },
    },
    item({ topicPartition: 'demo_topic-0', offset: 6, timestamp: KAFKA_TIME }),
  ]);
});

test('every double that DynamoDB can hold is read back unchanged', async () => {
  let n = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 100 }),
      async (doubles) => {
        const held = doubles.filter(
          (double) => double === 0 || (Math.abs(double) >= 1e-130 && Math.abs(double) <= 9.99e125),
        );
        n += 1;
        const Item = item({ vehicleId: `N${n}`, held });
        expect(await writeOne('vehicles', ['vehicleId'], Item)).toEqual({ status: 'written' });

        const [found] = await find('vehicles', 'vehicleId', `N${n}`);
        expect(found?.['held']?.L?.map(({ N }) => Number(N))).toEqual(
          held.map((double) => (double === 0 ? 0 : double)),
        );
      },
    ),
    { numRuns: 50 },
  );
});

test('a state that can never be stored fails permanently, and the next older state is stored instead', async () => {
  const failures = await write([
    reading('P1', 1, '0-1'),
    reading('P1', 2, '0-2', { distanceRemainingKm: 1e-200 }),
    { topic: 'demo_topic', offset: 90, value: 'x'.repeat(400 * 1024) },
    { topic: 'alerts-topic', value: 'no JSON' },
  ]);

  expect(failures.map(({ record, error }) => [record.topic, record.offset, error.code, error.retriable])).toEqual([
    ['processed-data-topic', 1, 'NUMBER_RANGE', false],
    ['alerts-topic', 0, 'NOT_JSON', false],
    ['demo_topic', 90, 'TOO_LARGE', false],
  ]);
  expect((await find('vehicles', 'vehicleId', 'P1'))[0]?.['source']).toEqual({ S: 'raw-data-topic-0-1' });
});

test('records that DynamoDB refuses are dead letters alone; the others of their calls are stored', async () => {
  const deep = JSON.parse('['.repeat(40) + ']'.repeat(40));
  const alert = (n: number): TestRecord => ({
    topic: 'alerts-topic',
    value: {
      ...{ vehicleId: `X${n}`, alert: 'Deep', timestamp: '2026-01-01T00:00:00Z' },
      ...(n % 20 === 7 && { deep }),
      ...(n % 20 === 8 && { '': 1, deep: { '': 1 } }),
    },
  });

  const failures = await write(Array.from({ length: 60 }, (_, n) => alert(n)));

  const rejected = failures.map(({ record, error }) => `${record.offset} ${error.code} ${error.retriable}`);
  const expected = [7, 27, 47].flatMap((n) => [`${n} TOO_DEEP false`, `${n + 1} UNEXPECTED false`]);
  expect(new Set(rejected)).toEqual(new Set(expected));
  expect((await tables.items('alerts')).filter(({ alert: kind }) => kind?.S === 'Deep')).toHaveLength(54);
});

test('an item of 400 KB is stored, and a larger one is TOO_LARGE', async () => {
  const key = { topicPartition: 'limit-0', offset: 0 };
  const room = 400 * 1024 - 'topicPartitionlimit-0offset'.length - 21 - 'value'.length;
  const Item = item({ ...key, value: 'x'.repeat(room) });
  expect(await writeOne('records', ['topicPartition', 'offset'], Item)).toEqual({ status: 'written' });

  const failures = await write([{ topic: 'limit', offset: 1, value: 'x'.repeat(room + 30) }]);
  expect(failures.map(({ error }) => error.code)).toEqual(['TOO_LARGE']);
});

test.each([
  [
    'more than 32 levels',
    { vehicleId: { S: 'X' }, deep: attribute(JSON.parse('['.repeat(40) + ']'.repeat(40))) },
    'TOO_DEEP',
  ],
  ['a key with another name (a wrong table)', { vehicle: { S: 'X' } }, 'UNEXPECTED'],
])('DynamoDB refuses %s permanently', async (_, Item, code) => {
  const outcome = await writeOne('vehicles', ['vehicleId'], Item);

  expect(outcome).toMatchObject({ status: 'failed', error: { code, retriable: false } });
});

/** Timeout of one call if the batch has enough time. */
const ONE_CALL_MS = 3_000;

test('all records are handed back within the deadline while the table is frozen', async () => {
  const { result: failures, took } = await whileFrozen(tables.server, () =>
    write([reading('F1', 1, '0-1'), reading('F1', 2, '0-2'), reading('F2', 2, '0-3')], 1_000),
  );

  expect(new Set(failures.map(({ record }) => record.offset))).toEqual(new Set([0, 1, 2]));
  expect(failures.every(({ error }) => error.retriable)).toBe(true);
  expect(took).toBeLessThan(ONE_CALL_MS);
  expect(await write([reading('F1', 1, '0-1'), reading('F1', 2, '0-2')])).toEqual([]);
});

test('a missing table is a transient error', async () => {
  const tablesOf = { ...names, vehicles: 'missing' };
  const sink = dynamodbSink({ write: writeIf, tables: tablesOf, tombstoneDays: 30, loginDays: 365 });

  const failures = await sink.write(batchOfRecords([reading('M1', 1, '0-1')], {}, 200));

  expect(failures.map(({ error }) => [error.code, error.retriable])).toEqual([['DYNAMODB', true]]);
});

test('an order is an item under order_id and source: delivered twice, one; produced twice, two', async () => {
  const order = { order_id: 'O1', user_id: 'U1', product_id: 'P1', product_name: 'Mouse', amount: 12.3 };
  const processed = (raw: number, amount: number): TestRecord => ({
    topic: 'processed-orders',
    headers: { source: `orders-1-${raw}` },
    value: { ...order, amount, timestamp: '2026-01-01T00:00:00.500Z' },
  });

  await write([processed(7, 12.3), processed(8, 99), processed(7, 12.3)]);
  // The stored item stays. The functions never produce the same source with another content.
  expect(await write([processed(7, 1)])).toEqual([]);

  expect(
    (await find('orders', 'order_id', 'O1')).toSorted((a, b) =>
      String(a['source']?.S).localeCompare(String(b['source']?.S)),
    ),
  ).toEqual([
    item({ ...order, source: 'orders-1-7', eventTime: '2026-01-01T00:00:00.500Z' }),
    item({ ...order, amount: 99, source: 'orders-1-8', eventTime: '2026-01-01T00:00:00.500Z' }),
  ]);
});

test('the index finds the orders of a user, sorted by time', async () => {
  const processed = (n: number, user_id: string, timestamp: string): TestRecord => ({
    topic: 'processed-orders',
    headers: { source: `orders-0-${n}` },
    value: { order_id: `Q${n}`, user_id, product_id: 'P1', product_name: 'Mouse', amount: 1, timestamp },
  });
  await write([
    processed(1, 'Q', '2026-01-03T00:00:00.000Z'),
    processed(2, 'Q', '2026-01-01T00:00:00.000Z'),
    processed(3, 'R', '2026-01-02T00:00:00.000Z'),
    processed(4, 'Q', '2026-01-02T00:00:00.000Z'),
  ]);

  const query = (condition: string, more: Record<string, { S: string }> = {}) =>
    tables.client.send(
      new QueryCommand({
        TableName: 'orders',
        IndexName: 'byUser',
        KeyConditionExpression: condition,
        ExpressionAttributeValues: { ':user': { S: 'Q' }, ...more },
      }),
    );
  const all = await query('user_id = :user');
  const since = await query('user_id = :user AND eventTime >= :time', { ':time': { S: '2026-01-02' } });

  expect(all.Items?.map(({ order_id }) => order_id?.S)).toEqual(['Q2', 'Q4', 'Q1']);
  expect(since.Items).toEqual([
    ...(await find('orders', 'order_id', 'Q4')),
    ...(await find('orders', 'order_id', 'Q1')),
  ]);
});

test('a login becomes the last login of its user and device, unless a newer one is stored', async () => {
  const login = { app_version: '1.0.0', ip: '162.255.195.0', locale: 'en_US', device_type: 'android' };
  const processed = (user_id: string, device_id: string | null, second: number, raw: number): TestRecord => ({
    topic: 'user-login-processed',
    headers: { source: `user-login-1-${raw}` },
    value: { ...login, user_id, device_id, timestamp: `2026-01-01T00:00:0${second}.000Z` },
  });
  const stored = (second: number, raw: number) => ({
    ...login,
    version: `00${Date.UTC(2026, 0, 1, 0, 0, second)}-0000000001-${String(raw).padStart(20, '0')}`,
    source: `user-login-1-${raw}`,
    eventTime: `2026-01-01T00:00:0${second}.000Z`,
    expiresAt: Date.UTC(2027, 0, 1) / 1000 + second,
  });

  expect(await write([processed('U1', 'D1', 5, 7)])).toEqual([]);
  expect(await write([processed('U1', 'D2', 4, 8), processed('U2', 'D1', 6, 9), processed('U3', null, 1, 10)])).toEqual(
    [],
  );

  expect(await find('users', 'user_id', 'U1')).toEqual([item({ user_id: 'U1', device_id: 'D1', ...stored(5, 7) })]);
  expect(await find('users', 'user_id', 'U3')).toEqual([item({ user_id: 'U3', ...stored(1, 10) })]);
  expect(await find('devices', 'device_id', 'D1')).toEqual([item({ user_id: 'U2', device_id: 'D1', ...stored(6, 9) })]);
  expect(await find('devices', 'device_id', 'D2')).toEqual([item({ user_id: 'U1', device_id: 'D2', ...stored(4, 8) })]);
});

test('npm run follow finds the item of a record of any stored topic, also of one that npm run new added', async () => {
  const parcel = { topic: 'parcels', partition: 2, offset: 7, timestamp: 0, key: null, value: Buffer.from('hello') };
  const Item = { topicPartition: { S: 'parcels-2' }, offset: { N: '7' }, value: { S: 'hello' } };
  await tables.client.send(new PutItemCommand({ TableName: 'records', Item }));
  const place = { endpoint: tables.server.endpoint, tables: names };

  expect(await findItems(place, { ...parcel, headers: new Map() }, [])).toEqual([
    { table: 'records', item: { topicPartition: 'parcels-2', offset: 7, value: 'hello' }, holds: true },
  ]);
  expect(await findItems(place, { ...parcel, offset: 8, headers: new Map() }, [])).toEqual([]);
});
