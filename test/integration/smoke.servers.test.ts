import { readFile } from 'node:fs/promises';
import { archiveIn } from '#functions/ops/smoke/archived.ts';
import { checkPlaces } from '#functions/ops/smoke/check.ts';
import { itemsIn } from '#functions/ops/smoke/items.ts';
import { grown, nextOffsets } from '#functions/ops/smoke/offsets.ts';
import type { Marked, Place } from '#functions/ops/smoke/place.ts';
import { rowsIn } from '#functions/ops/smoke/rows.ts';
import { dynamodbSink } from '#functions/sinks/dynamodb/sink.ts';
import { rdsSink } from '#functions/sinks/rds/sink.ts';
import { dynamodbCheckpoints } from '#functions/sinks/s3/checkpoints.ts';
import { s3Sink } from '#functions/sinks/s3/sink.ts';
import type { Sink } from '#functions/sinks/sink.ts';
import { within } from '#lib/deadline.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { conditionalWrites } from '#lib/stores/conditional-writes.ts';
import { openDatabase } from '#lib/stores/data-api.ts';
import { immutableObjects } from '#lib/stores/objects.ts';
import { query, REFERENCE, startDatabase, type TestDatabase } from '../support/database.ts';
import { overWhen, plenty } from '../support/deadlines.ts';
import { batchOfRecords, type TestRecord } from '../support/msk-event.ts';
import { startBucket, startTables, type TestBucket, type TestTables } from '../support/servers.ts';
import { createTopics } from '../support/topics.ts';

let tables: TestTables;
let archive: TestBucket;
let database: TestDatabase;
beforeAll(async () => {
  [tables, archive, database] = await Promise.all([startTables(), startBucket(), startDatabase()]);
  await tables.create('records', 'topicPartition:S', 'offset:N');
  await tables.create('checkpoints', 'topicPartition:S');
  await query(database.postgres().endpoint, await readFile('resources/sql/002_records.sql', 'utf8'));
});
afterAll(() => Promise.all([tables?.stop(), archive?.stop(), database?.stop()]));

const NOON = Date.UTC(2026, 0, 1, 12);
const open = (deadline: ReturnType<typeof within>) => openDatabase(database.client, REFERENCE, deadline);

/** The sinks that store the records. */
function sinks(): Record<'rds' | 'dynamodb' | 's3', Sink> {
  const checkpoints = dynamodbCheckpoints('checkpoints', tables.client);
  const objects = immutableObjects(archive.bucket, archive.client);
  const names = { vehicles: '', alerts: '', trips: '', orders: '', users: '', devices: '', records: 'records' };
  return {
    rds: rdsSink({ open }),
    dynamodb: dynamodbSink({ write: conditionalWrites(tables.client), tables: names, tombstoneDays: 1, loginDays: 1 }),
    s3: s3Sink({ stores: { checkpoints, objects }, epochs: {} }),
  };
}

/** The places, and the names of those that were searched and cleaned. */
function watched() {
  const places = {
    rds: rowsIn(open),
    dynamodb: itemsIn('records', tables.client),
    s3: archiveIn(archive.bucket, archive.client),
  };
  const [looked, cleaned] = [new Set<string>(), new Set<string>()];
  const watch = (place: Place): Place => {
    const { name } = place;
    const find: Place['find'] = (...args) => place.find(...args).finally(() => looked.add(name));
    if (place.remove === undefined) return { name, find };
    const remove = async (...args: Parameters<Place['find']>) => {
      await place.remove?.(...args).finally(() => cleaned.add(name));
    };
    return { name, find, remove };
  };
  return {
    places: { rds: watch(places.rds), dynamodb: watch(places.dynamodb), s3: watch(places.s3) },
    looked,
    cleaned,
  };
}

/** Two partitions with two marked records each, and other records before, between and after them. */
function smokeOf(topic: string): { marked: Marked; records: TestRecord[] } {
  const marker = `smoke-${topic}`;
  const keys = ['other', `${marker}-0`, 'other', `${marker}-1`, 'other'];
  const records = [0, 1].flatMap((partition) =>
    keys.map((key, n) => ({
      topic,
      partition,
      offset: 10 + n,
      key: key === 'other' ? key : `${key}-${partition}`,
      value: { n },
      // The first record is in the hour before.
      timestamp: NOON - 1 + n,
    })),
  );
  const ranges = [0, 1].map((partition) => ({ partition, from: 11, to: 14 }));
  return { marked: { topic, marker, count: 4, ranges, since: NOON, until: NOON + 3 }, records };
}
const itemsOf = async (topic: string) =>
  (await tables.items('records')).filter(({ topicPartition }) => topicPartition?.S?.startsWith(`${topic}-`));
const rowsOf = (topic: string) =>
  query(database.postgres().endpoint, `SELECT key_text FROM records WHERE topic = '${topic}'`);

test('marked records are found in each store, and only they are removed', async () => {
  const { marked, records } = smokeOf('whole');
  for (const sink of Object.values(sinks())) expect(await sink.write(batchOfRecords(records))).toEqual([]);

  const found = await checkPlaces(watched().places, marked, { found: plenty, removed: plenty });

  expect(Object.keys(found)).toEqual(['rds', 'dynamodb', 's3']);
  expect((await rowsOf('whole')).map((row) => row['key_text'])).toEqual(Array(6).fill('other'));
  expect((await itemsOf('whole')).map(({ key }) => key?.S)).toEqual(Array(6).fill('other'));
});

test('a store without all marked records is named, and all marked records are removed', async () => {
  const { marked, records } = smokeOf('part');
  const { rds, dynamodb, s3 } = sinks();
  await rds.write(batchOfRecords(records));
  await dynamodb.write(batchOfRecords(records.slice(0, 5)));
  await s3.write(batchOfRecords(records.slice(0, 2)));
  await s3.write(batchOfRecords(records.slice(2, 4)));

  const { places, looked } = watched();
  const found = overWhen(() => looked.size === 3);
  const failed = await checkPlaces(places, marked, { found, removed: plenty }).then(String, String);

  expect(failed).toContain('smoke-part: DynamoDB: 2 of the 4 marked records were there in time');
  expect(failed).toContain('; the archive: 2 of the 4 marked records were there in time');
  expect(failed).not.toContain('PostgreSQL');
  expect(await rowsOf('part')).toHaveLength(6);
  expect(await itemsOf('part')).toHaveLength(3);
});

test('the new offsets of a topic are found', async () => {
  const bootstrapServers = String(process.env['KAFKA_BROKERS']);
  const topic = `smoke-${Date.now()}`;
  await createTopics(bootstrapServers, [{ topic, numPartitions: 3 }]);
  const at = { auth: 'none', bootstrapServers, topic } as const;
  const producer = createProducer({ auth: 'none', clientId: 'test', limits: {} });
  const send = (key: string) =>
    producer.send(bootstrapServers, [{ topic, key: Buffer.from(key), value: null, headers: [] }], plenty);
  await send('before');

  const before = await nextOffsets(at, plenty);
  for (const key of ['a', 'b', 'c', 'd']) await send(key);
  const ranges = grown(before, await nextOffsets(at, plenty));
  await producer.close();

  expect(ranges.map(({ from, to }) => to - from).reduce((sum, count) => sum + count)).toBe(4);
  await expect(nextOffsets({ ...at, bootstrapServers: '127.0.0.1:1' }, within(300))).rejects.toMatchObject({
    code: 'KAFKA',
  });
});

test('an unavailable PostgreSQL is named first, and DynamoDB is still cleaned', async () => {
  const { marked, records } = smokeOf('away');
  const { dynamodb, s3 } = sinks();
  await dynamodb.write(batchOfRecords(records));
  await s3.write(batchOfRecords(records));
  await database.postgres().stop();

  const { places, looked, cleaned } = watched();
  const found = overWhen(() => looked.size === 3);
  const removed = overWhen(() => cleaned.has('DynamoDB'));
  await expect(checkPlaces(places, marked, { found, removed })).rejects.toThrow(
    /^smoke-away: PostgreSQL: .+; PostgreSQL could not be cleaned/,
  );

  expect(await itemsOf('away')).toHaveLength(6);
});
