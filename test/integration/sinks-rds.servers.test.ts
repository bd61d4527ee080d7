import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import pg from 'pg';
import { rdsSink } from '../../functions/sinks/rds/sink.ts';
import { type Execute, openDatabase } from '../../lib/stores/data-api.ts';
import { batchOfRecords, KAFKA_TIME, type TestRecord } from '../msk-event.ts';
import { REFERENCE, startDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let postgres: pg.Client;
let statements = 0;

beforeAll(async () => {
  database = await startDatabase();
  postgres = new pg.Client({ connectionString: database.postgres().endpoint });
  await postgres.connect();
  for (const file of (await readdir('resources/sql')).toSorted()) {
    await postgres.query(await readFile(join('resources/sql', file), 'utf8'));
  }
}, 60_000);
afterAll(async () => {
  await postgres?.end();
  await database?.stop();
});
beforeEach(async () => {
  statements = 0;
  await postgres.query('TRUNCATE readings, alerts, trips, records');
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

test('a batch is one statement; twice, in parts, and produced twice upstream change nothing', async () => {
  const batch = Array.from({ length: 1000 }, (_, n) => reading(n));
  const again = { ...reading(5), offset: 1000 };

  expect(await write([...batch, again])).toEqual([]);
  expect(statements).toBe(1);
  await Promise.all([write(batch.slice(0, 300)), write(batch.slice(200)), write([again])]);

  expect(await rows('SELECT count(*)::int, count(DISTINCT source)::int AS sources FROM readings')).toEqual([
    { count: 1000, sources: 1000 },
  ]);
});

test('rows over 3 MiB are several statements', async () => {
  const value = 'x'.repeat(1_000_000);

  expect(await write(Array.from({ length: 5 }, () => ({ topic: 'demo_topic', value })))).toEqual([]);

  expect(statements).toBe(2);
  expect(await rows('SELECT count(*)::int FROM records')).toEqual([{ count: 5 }]);
});

test('what PostgreSQL or the schema refuses is permanent, alone, and without its content', async () => {
  const records = Array.from({ length: 20 }, (_, n) => ({
    topic: 'alerts-topic',
    offset: n,
    value: {
      vehicleId: 'V1',
      alert: 'LowFuel',
      timestamp: '2026-01-01T00:00:00Z',
      ...(n === 13 && { secret: '\u0000' }),
    },
  }));
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

test('a row that fits no request is TOO_LARGE', async () => {
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
  );
  const data = fc.option(fc.oneof(json, text, bytes, nasty));
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
}, 60_000);

test('a Kafka timestamp that is no date is before or after all others', async () => {
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

test('a database that is away is waited for within the time, then all is handed back', async () => {
  await postgres.end();
  await database.postgres().stop();
  const batch = () => write([reading(1), reading(2)], 1_500);

  const failures = await batch();
  expect(failures.map(({ record, error }) => [record.offset, error.retriable])).toEqual([
    [1, true],
    [2, true],
  ]);

  const waiting = write([reading(1), reading(2)], 20_000);
  await database.startPostgres();
  expect(await waiting).toEqual([]);
  postgres = new pg.Client({ connectionString: database.postgres().endpoint });
  await postgres.connect();
  expect(await rows('SELECT source FROM readings ORDER BY 1')).toEqual([
    { source: 'raw-data-topic-2-1' },
    { source: 'raw-data-topic-2-2' },
  ]);
}, 40_000);
