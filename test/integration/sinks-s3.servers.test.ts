import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { dynamodbCheckpoints } from '#functions/sinks/s3/checkpoints.ts';
import { type ArchivedRecord, parseLine } from '#functions/sinks/s3/line.ts';
import { s3Sink } from '#functions/sinks/s3/sink.ts';
import { immutableObjects } from '#lib/stores/objects.ts';
import { overWhen } from '../support/deadlines.ts';
import { whileFrozen } from '../support/freeze.ts';
import { batchOfRecords, type TestRecord } from '../support/msk-event.ts';
import { startBucket, startTables, type TestBucket, type TestTables } from '../support/servers.ts';

let tables: TestTables;
let archive: TestBucket;
beforeAll(async () => {
  [tables, archive] = await Promise.all([startTables(), startBucket()]);
  await tables.create('checkpoints', 'topicPartition:S');
});
afterAll(() => Promise.all([tables?.stop(), archive?.stop()]));

/** The sink of a new execution environment, which remembers nothing. */
const newSink = () =>
  s3Sink({
    stores: {
      checkpoints: dynamodbCheckpoints('checkpoints', tables.client),
      objects: immutableObjects(archive.bucket, archive.client),
    },
    epochs: {},
  });

const keys = async (topic: string) =>
  (
    (await archive.client.send(new ListObjectsV2Command({ Bucket: archive.bucket, Prefix: `${topic}/` }))).Contents ??
    []
  ).map(({ Key }) => Key ?? '');

async function linesOf(key: string): Promise<ArchivedRecord[]> {
  const { Body } = await archive.client.send(new GetObjectCommand({ Bucket: archive.bucket, Key: key }));
  const text = gunzipSync((await Body?.transformToByteArray()) ?? new Uint8Array()).toString();
  return text.trimEnd().split('\n').map(parseLine);
}

const numbered = (topic: string, from: number, count: number): TestRecord[] =>
  Array.from({ length: count }, (_, i) => ({ topic, offset: from + i, value: { n: from + i } }));

test('each partition of a batch is one object, and a line has every byte of its record', async () => {
  const strange: TestRecord[] = [
    {
      topic: 'bytes',
      value: randomBytes(1000),
      key: Buffer.from([0xff, 0]),
      headers: { h: Buffer.from([0x80, 0x7f]) },
    },
    { topic: 'bytes', value: null, key: 'V1' },
    { topic: 'bytes', value: 'null' },
    { topic: 'bytes', value: '{"a": "\\u0000\\ud800", "a": 1e999}' },
    { topic: 'bytes', partition: 1, offset: 90, value: '' },
  ];
  const batch = batchOfRecords(strange);

  const failures = await newSink().write(batch);

  expect(failures).toEqual([]);
  expect(await keys('bytes')).toEqual([
    'bytes/dt=2026-01-01/hour=00/0-00000000000000000000.ndjson.gz',
    'bytes/dt=2026-01-01/hour=00/1-00000000000000000000.ndjson.gz',
  ]);
  for (const [i, key] of (await keys('bytes')).entries()) {
    expect(await linesOf(key)).toEqual(
      batch.partitions[i]?.records.map(({ topic, partition, offset, timestamp, key: own, value, headers }) => ({
        topic,
        partition,
        offset,
        timestamp,
        key: own,
        value,
        headers,
      })),
    );
  }
});

test('the metadata of an object have its range of offsets and its gaps', async () => {
  const sink = newSink();
  await sink.write(batchOfRecords(numbered('gaps', 0, 3)));

  await sink.write(
    batchOfRecords([
      { topic: 'gaps', offset: 5, timestamp: 9 },
      { topic: 'gaps', offset: 7, timestamp: -1 },
    ]),
  );

  const key = 'gaps/dt=1970-01-01/hour=00/0-00000000000000000003.ndjson.gz';
  const { Metadata } = await archive.client.send(new HeadObjectCommand({ Bucket: archive.bucket, Key: key }));
  expect(Metadata).toEqual({
    start: '5',
    end: '8',
    count: '2',
    gaps: '3',
    'first-timestamp': '9',
    'last-timestamp': '9',
  });
});

test('three workers at once with differently split batches archive each record once', async () => {
  const write = async (size: number) => {
    const sink = newSink();
    for (let from = 0; from < 300; from += size) {
      const batch = batchOfRecords(numbered('twice', from, Math.min(size, 300 - from)));
      expect(await sink.write(batch)).toEqual([]);
    }
  };

  await Promise.all([write(37), write(50), write(11)]);

  const offsets = (await Promise.all((await keys('twice')).map(linesOf))).flat().map(({ offset }) => offset);
  expect(offsets).toEqual(Array.from({ length: 300 }, (_, i) => i));
});

test('continues after the object of an earlier attempt that did not advance the checkpoint', async () => {
  const records = numbered('crashed', 0, 10);
  const checkpoints = dynamodbCheckpoints('checkpoints', tables.client);
  const objects = immutableObjects(archive.bucket, archive.client);
  const crashing = s3Sink({
    stores: { checkpoints: { ...checkpoints, advance: () => Promise.reject(new Error('killed')) }, objects },
    epochs: {},
  });
  expect(await crashing.write(batchOfRecords(records.slice(0, 4)))).toHaveLength(4);

  expect(await newSink().write(batchOfRecords(records))).toEqual([]);

  const objectsThere = await Promise.all((await keys('crashed')).map(linesOf));
  expect(objectsThere.map((lines) => lines.map(({ offset }) => offset))).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7, 8, 9],
  ]);
  expect((await tables.items('checkpoints')).find(({ topicPartition }) => topicPartition?.S === 'crashed-0')).toEqual({
    topicPartition: { S: 'crashed-0' },
    next: { N: '10' },
    timestamp: { N: String(Date.UTC(2026, 0, 1)) },
  });
});

test('never replaces a foreign object at the key of an archive object, and reports it', async () => {
  const key = 'foreign/dt=2026-01-01/hour=00/0-00000000000000000000.ndjson.gz';
  await archive.client.send(new PutObjectCommand({ Bucket: archive.bucket, Key: key, Body: 'mine' }));

  const objects = immutableObjects(archive.bucket, archive.client);
  let looks = 0;
  const looking = {
    create: (...args: Parameters<typeof objects.create>) => objects.create(...args).finally(() => (looks += 1)),
  };
  const sink = s3Sink({
    stores: { checkpoints: dynamodbCheckpoints('checkpoints', tables.client), objects: looking },
    epochs: {},
  });

  const failures = await sink.write(
    batchOfRecords(
      numbered('foreign', 0, 1),
      {},
      overWhen(() => looks === 2),
    ),
  );

  const { Body } = await archive.client.send(new GetObjectCommand({ Bucket: archive.bucket, Key: key }));
  expect(await Body?.transformToString()).toBe('mine');
  expect(failures.map(({ error }) => [error.code, error.retriable])).toEqual([['FOREIGN_OBJECT', true]]);
});

/** Timeout of one call of S3 if the batch has enough time. */
const ONE_CALL_MS = 10_000;

test('hands a batch back within its deadline while S3 is frozen, and continues afterwards', async () => {
  const sink = newSink();
  const batch = () => batchOfRecords(numbered('frozen', 0, 5), {}, 1_000);
  const { result: failures, took } = await whileFrozen(archive.server, () => sink.write(batch()));

  expect(failures.map(({ record, error }) => [record.offset, error.retriable])).toEqual(
    [0, 1, 2, 3, 4].map((offset) => [offset, true]),
  );
  expect(took).toBeLessThan(ONE_CALL_MS);
  expect(await sink.write(batchOfRecords(numbered('frozen', 0, 5)))).toEqual([]);
  expect((await Promise.all((await keys('frozen')).map(linesOf))).flat()).toHaveLength(5);
});
