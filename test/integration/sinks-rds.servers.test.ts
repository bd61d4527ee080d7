import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import pg from 'pg';
import { rdsSink } from '#functions/sinks/rds/sink.ts';
import { type Execute, openDatabase } from '#lib/stores/data-api.ts';
import { createSchema, REFERENCE, startDatabase, type TestDatabase } from '../support/database.ts';
import { batchOfRecords, KAFKA_TIME, type TestRecord } from '../support/msk-event.ts';

let database: TestDatabase;
let postgres: pg.Client;
let statements = 0;

beforeAll(async () => {
  database = await startDatabase();
  await createSchema(database.postgres().endpoint);
  postgres = new pg.Client({ connectionString: database.postgres().endpoint });
  await postgres.connect();
});
afterAll(async () => {
  await postgres?.end();
  await database?.stop();
});
beforeEach(async () => {
  statements = 0;
  await postgres.query('TRUNCATE readings, alerts, trips, orders, product_metrics, logins, records');
});

const sink = rdsSink({
  open: (deadline) => {
    const { execute } = openDatabase(database.client, REFERENCE, deadline);
    const counted: Execute = (...args) => {
      statements += 1;
      return execute(...args);
    };
    return { execute: counted };
  },
});

const write = (records: TestRecord[], ms?: number) => sink.write(batchOfRecords(records, {}, ms));
const rows = async (sql: string) => (await postgres.query<Record<string, unknown>>(sql)).rows;

const reading = (n: number, more: object = {}): TestRecord => ({
  topic: 'processed-data-topic',
  offset: n,
  headers: { source: `raw-data-topic-2-${n}` },
  value: {
    vehicleId: `V${n}`,
    location: '12.97,77.59',
    speed: 85.1,
    timestamp: '2026-01-01T01:00:00.5+01:00',
    latitude: 12.97,
    longitude: 77.59,
    ...more,
  },
});

test('readings, alerts and trips become rows under their identity', async () => {
  await write([reading(7, { distanceRemainingKm: 0.1 + 0.2, estimatedArrival: '2026-01-02T00:00:00Z' })]);
  await write([
    {
      topic: 'alerts-topic',
      headers: { source: 'raw-data-topic-2-7/Speeding' },
      value: { vehicleId: 'V7', alert: 'Speeding', speed: 85.1, timestamp: '2026-01-01T00:00:00Z' },
    },
  ]);
  const trip = { vehicleId: 'V7', tripId: 'T1', destination: '1.5, -2', plannedArrival: '2026-01-03T00:00:00Z' };
  await write([
    { topic: 'trips-topic', partition: 1, offset: 3, key: 'V7', value: trip },
    { topic: 'trips-topic', partition: 1, offset: 4, key: 'V7', value: null },
  ]);

  expect(await rows('SELECT * FROM readings')).toEqual([
    {
      source: 'raw-data-topic-2-7',
      vehicle_id: 'V7',
      event_time: new Date('2026-01-01T00:00:00.500Z'),
      latitude: 12.97,
      longitude: 77.59,
      speed: 85.1,
      fuel_level: null,
      temperature: null,
      distance_remaining_km: 0.30000000000000004,
      estimated_arrival: new Date('2026-01-02T00:00:00Z'),
    },
  ]);
  expect(await rows('SELECT source, vehicle_id, alert, detail FROM alerts')).toEqual([
    { source: 'raw-data-topic-2-7/Speeding', vehicle_id: 'V7', alert: 'Speeding', detail: { speed: 85.1 } },
  ]);
  expect(await rows('SELECT * FROM trips ORDER BY source')).toEqual([
    {
      source: 'trips-topic-1-3',
      vehicle_id: 'V7',
      trip_id: 'T1',
      destination_latitude: 1.5,
      destination_longitude: -2,
      planned_arrival: new Date('2026-01-03T00:00:00Z'),
      deleted: false,
    },
    {
      source: 'trips-topic-1-4',
      vehicle_id: 'V7',
      trip_id: null,
      destination_latitude: null,
      destination_longitude: null,
      planned_arrival: null,
      deleted: true,
    },
  ]);
});

test('unusual values of real producers become rows', async () => {
  const trip = { vehicleId: 'V7', tripId: 'T1', destination: '51.5073509,-0.12775829999999998' };
  const planned = ['2026-01-03T19:00:00.1234567890+19:00', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999+0000'];
  const login = { user_id: 'U1', app_version: '1.0', ip: 'fe80::', device_id: null, device_type: 'ios' };

  const failures = await write([
    reading(8, { location: '51.4779,-5e-7', latitude: 51.4779, longitude: -5e-7, speed: null, fuelLevel: -1 }),
    ...planned.map((plannedArrival, offset) => ({ topic: 'trips-topic', offset, value: { ...trip, plannedArrival } })),
    {
      topic: 'user-login-processed',
      offset: 9,
      value: { ...login, locale: 'zh_CN_#Hans', timestamp: '2025-03-18T21:05:26.123Z' },
    },
  ]);

  expect(failures).toEqual([]);
  expect(await rows('SELECT longitude, speed, fuel_level FROM readings')).toEqual([
    { longitude: -5e-7, speed: null, fuel_level: null },
  ]);
  expect(
    await rows('SELECT destination_longitude AS lon, planned_arrival::text AS at FROM trips ORDER BY source'),
  ).toEqual([
    { lon: Number('-0.12775829999999998'), at: expect.stringContaining('2026-01-03 00:00:00.123') },
    { lon: Number('-0.12775829999999998'), at: expect.stringContaining('0001-01-01 00:00:00') },
    { lon: Number('-0.12775829999999998'), at: expect.stringContaining('9999-12-31 23:59:59.999') },
  ]);
  expect(await rows("SELECT locale, host(ip) AS ip FROM logins WHERE source = 'user-login-processed-0-9'")).toEqual([
    { locale: 'zh_CN_#Hans', ip: 'fe80::' },
  ]);
});

test('orders become rows under their source; a view lists an order_id that was produced twice', async () => {
  const order = { order_id: 'O1', user_id: 'U1', product_id: 'P1', product_name: 'Mouse', amount: 12.3 };
  const processed = (raw: number, more: object = {}): TestRecord => ({
    topic: 'processed-orders',
    offset: raw,
    headers: { source: `orders-1-${raw}` },
    value: { ...order, timestamp: '2026-01-01T00:00:00.500Z', ...more },
  });

  expect(await write([processed(7), processed(8, { amount: 10_000_000 }), processed(9, { order_id: 'O2' })])).toEqual(
    [],
  );
  expect(await write([processed(7)])).toEqual([]);

  expect(await rows("SELECT * FROM orders WHERE source = 'orders-1-7'")).toEqual([
    { source: 'orders-1-7', ...order, amount: '12.30', event_time: new Date('2026-01-01T00:00:00.500Z') },
  ]);
  expect(await rows('SELECT order_id, times::int, versions::int, sources FROM duplicate_orders')).toEqual([
    { order_id: 'O1', times: 2, versions: 2, sources: ['orders-1-7', 'orders-1-8'] },
  ]);
});

test('logins become rows under their source, and views count them by device, version and locale', async () => {
  const login = { app_version: '3.2.1', locale: 'en_US', device_type: 'ios', timestamp: '2026-01-01T00:00:00.500Z' };
  const processed = (raw: number, more: object): TestRecord => ({
    topic: 'user-login-processed',
    offset: raw,
    headers: { source: `user-login-1-${raw}` },
    value: { ...login, ...more },
  });
  const logins = [
    processed(7, { user_id: 'U1', ip: '162.255.195.0', device_id: 'D1' }),
    processed(8, { user_id: 'U2', ip: '2001:db8:aa::', device_id: null }),
    processed(9, { user_id: 'device:D3', ip: null, device_id: 'D3', device_type: 'other', app_version: 'unknown' }),
  ];

  expect(await write(logins)).toEqual([]);
  expect(await write(logins)).toEqual([]);

  const { timestamp, ...stored } = login;
  expect(await rows("SELECT * FROM logins WHERE source <> 'user-login-1-9' ORDER BY source")).toEqual([
    {
      ...stored,
      source: 'user-login-1-7',
      user_id: 'U1',
      ip: '162.255.195.0',
      device_id: 'D1',
      event_time: new Date(timestamp),
    },
    {
      ...stored,
      source: 'user-login-1-8',
      user_id: 'U2',
      ip: '2001:db8:aa::',
      device_id: null,
      event_time: new Date(timestamp),
    },
  ]);
  const counts = (view: string, column: string) =>
    rows(`SELECT ${column} AS name, logins::int, users::int FROM ${view} ORDER BY 2 DESC`);
  expect(await counts('logins_by_device_type', 'device_type')).toEqual([
    { name: 'ios', logins: 2, users: 2 },
    { name: 'other', logins: 1, users: 1 },
  ]);
  expect(await counts('logins_by_app_version', 'app_version')).toEqual([
    { name: '3.2.1', logins: 2, users: 2 },
    { name: 'unknown', logins: 1, users: 1 },
  ]);
  expect(await counts('logins_by_locale', 'locale')).toEqual([{ name: 'en_US', logins: 3, users: 3 }]);
});

test('the statement in docs/windows.md adds results that full windows lack, and keeps the correct ones', async () => {
  const [statement = ''] = /INSERT INTO product_metrics[^;]+;/.exec(await readFile('docs/windows.md', 'utf8')) ?? [];
  const processed = (n: number, product_id: string, amount: number, timestamp = '2026-01-01T00:00:59.999Z') => ({
    topic: 'processed-orders',
    offset: n,
    headers: { source: `orders-0-${n}` },
    value: { order_id: `O${n}`, user_id: 'U', product_id, product_name: 'Any', amount, timestamp },
  });
  const [window_start, window_end] = [1_767_225_600, 1_767_225_660];
  const more = { order_count: 9, total_revenue: 9, avg_order_value: 1 };
  await write([
    ...[processed(0, 'P1', 10), processed(1, 'P1', 0.01), processed(2, 'P1', 0.01, '2026-01-01T00:01:00Z')],
    ...[processed(3, 'P2', 5), processed(4, 'P1', 1, '2026-01-01T02:00:00Z')],
    { topic: 'product-metrics', value: { window_start, window_end, product_id: 'P2', ...more } },
  ]);

  await postgres.query(statement);
  await postgres.query(statement);

  const [P1, P2] = [{ product_id: 'P1' }, { product_id: 'P2' }];
  const metrics = 'product_id, order_count::int, total_revenue::float, avg_order_value::float';
  expect(
    await rows(`SELECT window_start::int, window_end::int, ${metrics} FROM product_metrics ORDER BY product_id, 1`),
  ).toEqual([
    { window_start, window_end, ...P1, order_count: 2, total_revenue: 10.01, avg_order_value: 5.01 },
    {
      window_start: 1_767_225_660,
      window_end: 1_767_225_720,
      ...P1,
      order_count: 1,
      total_revenue: 0.01,
      avg_order_value: 0.01,
    },
    { window_start, window_end, ...P2, ...more },
  ]);
});

test('of several results of a window and product, the one with the most orders stays, in any order', async () => {
  const result = (order_count: number, window_start = 1704470400): TestRecord => ({
    topic: 'product-metrics',
    headers: { source: `${window_start}/P1` },
    value: {
      window_start,
      window_end: window_start + 60,
      product_id: 'P1',
      order_count,
      total_revenue: 10.1 * order_count,
      avg_order_value: 10.1,
    },
  });
  const stored = () =>
    rows('SELECT window_start::int, order_count::int, total_revenue FROM product_metrics ORDER BY 1');

  expect(await write([result(2), result(5), result(3), result(1, 1704470460)])).toEqual([]);
  expect(statements).toBe(1);
  expect(await stored()).toEqual([
    { window_start: 1704470400, order_count: 5, total_revenue: '50.50' },
    { window_start: 1704470460, order_count: 1, total_revenue: '10.10' },
  ]);
  await write([result(4)]);
  await write([result(6), result(6)]);

  expect((await stored())[0]).toEqual({ window_start: 1704470400, order_count: 6, total_revenue: '60.60' });
});

test('a batch is one statement; records that are delivered or produced again change nothing', async () => {
  const batch = Array.from({ length: 1000 }, (_, n) => reading(n));
  const again = { ...reading(5), offset: 1000 };

  expect(await write([...batch, again])).toEqual([]);
  expect(statements).toBe(1);
  await Promise.all([write(batch.slice(0, 300)), write(batch.slice(200)), write([again])]);

  expect(await rows('SELECT count(*)::int, count(DISTINCT source)::int AS sources FROM readings')).toEqual([
    { count: 1000, sources: 1000 },
  ]);
});

test('more than 3 MiB of rows are several statements', async () => {
  const value = 'x'.repeat(1_000_000);

  expect(await write(Array.from({ length: 5 }, () => ({ topic: 'demo_topic', value })))).toEqual([]);

  expect(statements).toBe(2);
  expect(await rows('SELECT count(*)::int FROM records')).toEqual([{ count: 5 }]);
});

const lowFuel = (offset: number, more: object = {}): TestRecord => ({
  topic: 'alerts-topic',
  offset,
  value: { vehicleId: 'V1', alert: 'LowFuel', timestamp: '2026-01-01T00:00:00Z', ...more },
});

test('a record that PostgreSQL or the schema refuses fails alone and permanently, without its content', async () => {
  const records = Array.from({ length: 20 }, (_, n) => lowFuel(n, n === 13 ? { secret: '\u0000' } : {}));
  const bad: TestRecord[] = [
    { topic: 'alerts-topic', partition: 1, value: { vehicleId: 'V1', alert: 'LowFuel', timestamp: 'secret' } },
    { topic: 'alerts-topic', partition: 1, value: 'no JSON' },
  ];

  const failures = await write([...records, ...bad]);

  expect(failures.map(({ record, error }) => [record.partition, record.offset, error.code, error.retriable])).toEqual([
    [1, 0, 'SCHEMA', false],
    [1, 1, 'NOT_JSON', false],
    [0, 13, 'SQLSTATE_22P05', false],
  ]);
  expect(failures.map(({ error }) => error.message).join()).not.toMatch(/secret/);
  expect(await rows('SELECT count(*)::int FROM alerts')).toEqual([{ count: 19 }]);
});

/** Alerts that PostgreSQL refuses: for their JSON, for a constraint, for a text that is too long for an index. */
const REFUSED: [code: string, content: object][] = [
  ['SQLSTATE_22P05', { secret: '\u0000' }],
  ['SQLSTATE_23514', { secret: 'refused' }],
  ['SQLSTATE_54000', { indexed: randomBytes(4_000).toString('base64') }],
];

test.each([
  ['2,000 rows that PostgreSQL refuses', 2_000, 0],
  ['10 of 4,000', 10, 3_990],
])(
  '%s: one statement finds the refused rows, and the error names the constraint',
  async (_, bad, good) => {
    const records = Array.from({ length: bad + good }, (_record, n) => lowFuel(n, n < bad ? REFUSED[n % 3]?.[1] : {}));
    await postgres.query("ALTER TABLE alerts ADD CONSTRAINT not_refused CHECK (detail->>'secret' <> 'refused')");
    await postgres.query("CREATE INDEX alerts_too_long ON alerts ((detail->>'indexed'))");
    try {
      const failures = await write(records, 30_000);

      expect(failures.map(({ record, error }) => [record.offset, error.code])).toEqual(
        Array.from({ length: bad }, (_refused, n) => [n, REFUSED[n % 3]?.[0]]),
      );
      expect(failures[1]?.error.message).toBe('PostgreSQL refused the data with 23514 by constraint not_refused');
      expect(await rows('SELECT count(*)::int FROM alerts')).toEqual([{ count: good }]);
      // Two statements for each chunk of 3 MiB: one is refused, and one stores the good rows.
      expect(statements).toBe(2 * Math.ceil(statements / 2));
      expect(statements).toBeLessThanOrEqual(4);
    } finally {
      await postgres.query('DROP INDEX alerts_too_long; ALTER TABLE alerts DROP CONSTRAINT not_refused');
    }
  },
  60_000,
);
test('the first and the last possible time are stored, and the schema refuses times beyond', async () => {
  const at = (timestamp: string, offset: number) => reading(offset, { timestamp });
  const ends = [
    at('0001-01-01T00:00:00Z', 8_001),
    at('9999-12-31T23:59:59.999Z', 8_002),
    at('0000-12-31T23:00:00-01:00', 8_003),
  ];
  const beyond = [
    at('0001-01-01T00:00:00+01:00', 8_004),
    at('9999-12-31T23:59:59-01:00', 8_005),
    at('0000-06-01T00:00:00Z', 8_006),
  ];

  expect(await write(ends)).toEqual([]);
  expect((await write(beyond)).map(({ error }) => error.code)).toEqual(['SCHEMA', 'SCHEMA', 'SCHEMA']);
});

test('a row that is larger than a request is TOO_LARGE', async () => {
  const failures = await write([{ topic: 'demo_topic', value: '"'.repeat(1_000_000) }]);

  expect(failures.map(({ error }) => [error.code, error.retriable])).toEqual([['TOO_LARGE', false]]);
});

test('any record of a generic topic is a row that holds its key and value', async () => {
  const json = fc.jsonValue().map((value) => JSON.stringify(value));
  const text = fc.string({ unit: 'binary', maxLength: 30 });
  const bytes = fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array));
  const nasty = fc.constantFrom(
    '{"a":"\\u0000"}',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\\\u0000"',
    '1e9999',
    `1${'0'.repeat(140_000)}`,
    '12345678901234567890.123456789',
    '['.repeat(9000) + ']'.repeat(9000),
    '{"__proto__":{"a":1}}',
    'null',
    '',
    '[1,\n2]',
    '\ufeff{}',
    '{"a":1e9999,"a":1}',
    `["1e9999",1e-999,"${'['.repeat(9000)}"]`,
  );
  // Complete and partial escapes, in names and in members that a later member of the same name replaces.
  const piece = fc.constantFrom(
    '\\u0000',
    '\\ud83d',
    '\\uDE00',
    '\\ud83d\\ude00',
    '\\\\',
    'u0000',
    '\\"',
    '\\u0041',
    'e9999',
  );
  const string = fc.array(piece, { maxLength: 4 }).map((pieces) => `"${pieces.join('')}"`);
  const twice = fc.tuple(string, string).map(([name, value]) => `{${name}:[${value}],${name}:1}`);
  const data = fc.option(fc.oneof(json, text, bytes, nasty, twice));
  let offset = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ key: data, value: data }), { minLength: 1, maxLength: 40 }), async (made) => {
      const records = made.map((record) => ({ topic: 'demo_topic', ...record, offset: offset++ }));
      const batch = batchOfRecords(records);

      expect(await sink.write(batch)).toEqual([]);

      const found = await rows(
        `SELECT "offset"::int, key_text, key_bytes, value_json::text, value_text, value_bytes FROM records
          WHERE "offset" >= ${records[0]?.offset} ORDER BY "offset"`,
      );
      expect(found).toHaveLength(records.length);
      for (const [i, record] of (batch.partitions[0]?.records ?? []).entries()) {
        const row = found[i] ?? {};
        expect(held(row['key_text'], row['key_bytes'])).toEqual(record.key);
        if (row['value_json'] === null) expect(held(row['value_text'], row['value_bytes'])).toEqual(record.value);
        else expect(JSON.parse(row['value_json'] as string)).toEqual(JSON.parse(String(record.value)));
      }
    }),
    { numRuns: 30 },
  );

  function held(text: unknown, bytes: unknown): Buffer | null {
    return typeof text === 'string' ? Buffer.from(text) : (bytes as Buffer | null);
  }
});

test('a Kafka timestamp that is no date is stored as -infinity or infinity', async () => {
  await write([
    { topic: 'demo_topic', timestamp: -1, value: 'a' },
    { topic: 'demo_topic', timestamp: 9e18, value: randomBytes(3) },
    { topic: 'demo_topic', timestamp: KAFKA_TIME, value: '1' },
  ]);

  expect(await rows('SELECT "timestamp"::text AS at FROM records ORDER BY "offset"')).toEqual([
    { at: '-infinity' },
    { at: 'infinity' },
    { at: '2026-01-01 00:00:00+00' },
  ]);
});

test('waits for an unavailable database until the deadline, then hands all records back', async () => {
  await postgres.end();
  await database.postgres().stop();
  const batch = () => write([reading(1), reading(2)], 1_500);

  const failures = await batch();
  expect(failures.map(({ record, error }) => [record.offset, error.retriable])).toEqual([
    [1, true],
    [2, true],
  ]);

  const waiting = write([reading(1), reading(2)]);
  await database.startPostgres();
  expect(await waiting).toEqual([]);
  postgres = new pg.Client({ connectionString: database.postgres().endpoint });
  await postgres.connect();
  expect(await rows('SELECT source FROM readings ORDER BY 1')).toEqual([
    { source: 'raw-data-topic-2-1' },
    { source: 'raw-data-topic-2-2' },
  ]);
});
