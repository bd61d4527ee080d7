import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { type Document, documentsAt } from '#cli/dlq/on-failure/read.ts';
import { onFailureService } from '#cli/dlq/on-failure/service.ts';
import { localService } from '#functions/ops/redrive/ask.ts';
import { planRedrive } from '#functions/ops/redrive/plan.ts';
import { runRedrive } from '#functions/ops/redrive/run.ts';
import { topicReader } from '#lib/kafka/client/topic-reader.ts';
import { clusterAt } from '#local/kafkajs-options.ts';
import type { MskEvent } from '#msk';
import {
  committed,
  connect,
  createTopic,
  disconnect,
  done,
  numbered,
  produce,
  recordsOf,
  start,
  stopAll,
  until,
} from '#msk/test/kafka.ts';
import { retryPolicy } from '#msk/test/mapping.ts';
import { startBucket, type TestBucket } from '../support/servers.ts';

let archive: TestBucket;
beforeAll(async () => {
  [archive] = await Promise.all([startBucket(), connect()]);
});
afterEach(stopAll);
afterAll(() => Promise.all([archive?.stop(), disconnect()]));

const retry = retryPolicy({ MaximumRetryAttempts: 1 }, true, true);
const fail = () => Promise.reject(new Error('poison'));
const environment = () => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_S3: archive.server.endpoint });
const onFailure = () => `arn:aws:s3:::${archive.bucket}`;

test('a batch that is given up becomes an object in the documented format with the whole event', async () => {
  const topic = await createTopic(2);
  await produce(topic, [
    { partition: 0, value: 'one', timestamp: '1700000000000' },
    { partition: 0, value: 'two', timestamp: '1700000001000' },
    { partition: 1, value: 'three', timestamp: '1700000002000' },
  ]);
  const run = start(
    topic,
    fail,
    { retry, onFailure: onFailure(), batchSize: 3, windowMilliseconds: 60_000 },
    environment(),
  );
  await done(run, 3);

  const Prefix = `aws/lambda/TestMapping/${topic}/`;
  const { Contents = [] } = await archive.client.send(new ListObjectsV2Command({ Bucket: archive.bucket, Prefix }));
  expect(Contents.map(({ Key }) => Key)).toEqual([
    expect.stringMatching(/\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[\da-f-]{36}$/),
  ]);
  const { Body } = await archive.client.send(
    new GetObjectCommand({ Bucket: archive.bucket, Key: Contents[0]?.Key ?? '' }),
  );
  const sent = JSON.parse((await Body?.transformToString()) ?? '') as { payload: string };
  expect(sent).toEqual({
    requestContext: {
      requestId: expect.any(String),
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 2,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: expect.any(String),
    KafkaBatchInfo: {
      batchSize: 3,
      eventSourceArn: run.events[0]?.eventSourceArn,
      bootstrapServers: run.events[0]?.bootstrapServers,
      payloadSize: Buffer.byteLength(sent.payload),
      recordsInfo: {
        [`${topic}-0`]: {
          firstRecordOffset: '0',
          lastRecordOffset: '1',
          firstRecordTimestamp: '2023-11-14T22:13:20.000Z',
          lastRecordTimestamp: '2023-11-14T22:13:21.000Z',
        },
        [`${topic}-1`]: {
          firstRecordOffset: '0',
          lastRecordOffset: '0',
          firstRecordTimestamp: '2023-11-14T22:13:22.000Z',
          lastRecordTimestamp: '2023-11-14T22:13:22.000Z',
        },
      },
    },
    payload: expect.any(String),
  });
  const payload = JSON.parse(sent.payload) as MskEvent;
  expect(new Set(recordsOf(payload).map(({ text }) => text))).toEqual(new Set(['one', 'two', 'three']));
  expect(await committed(run.group, topic)).toEqual({ 0: 2, 1: 1 });
  expect(run.poller.status.metrics).toMatchObject({
    DroppedEventCount: 0,
    OnFailureDestinationDeliveredEventCount: 3,
  });
});

test("given-up records are redriven from the bucket's object, or from one without payload, as a queue gets it", async () => {
  const topic = await createTopic(1);
  await produce(topic, [
    { partition: 0, key: 'k', value: 'one', headers: { a: Buffer.from([0xff]) } },
    { partition: 0, value: 'two' },
  ]);
  const policy = { retry, onFailure: onFailure(), batchSize: 2, windowMilliseconds: 60_000 };
  await done(start(topic, fail, policy, environment()), 2);
  const documents = await documentsAt(`s3://${archive.bucket}/aws/lambda/TestMapping/${topic}`, () => archive.client);
  const { payload: _, ...named } = JSON.parse((await documents[0]?.read()) ?? '') as { payload: string };
  const brokers = process.env['KAFKA_BROKERS'] ?? '';
  const readers = new Map([[topic, new Set(['test'])]]);
  const redrive = async (own: Document[]) => {
    const ask = onFailureService(localService(clusterAt(brokers)), own);
    return runRedrive(ask, await planRedrive(ask, { topic: 'failed', filter: {} }, readers), { rate: 1e4 });
  };

  expect(await redrive(documents)).toMatchObject({ sent: 2, refused: 0 });
  expect(await redrive([{ read: async () => JSON.stringify(named) }])).toMatchObject({ sent: 2, refused: 0 });

  const reader = await topicReader({ auth: 'none', clientId: 'test', bootstrapServers: brokers, timeoutMs: 5_000 });
  const { records = [] } = (await reader.fetch(topic, 0, 2)) ?? {};
  await reader.close();
  const texts = records.map(({ key, value, headers }) => [
    String(key),
    String(value),
    headers.at(-2)?.value?.toString(),
  ]);
  const letters = [0, 1].map((offset) => `test/${topic}-0-${offset}`);
  expect(texts).toEqual([
    ['k', 'one', letters[0]],
    ['null', 'two', letters[1]],
    ['k', 'one', letters[0]],
    ['null', 'two', letters[1]],
  ]);
  expect(records[0]?.headers[0]).toEqual({ name: 'a', value: Buffer.from([0xff]) });
  expect(records[2]?.headers).toHaveLength(records[0]?.headers.length ?? 0);
});

test('a missing bucket blocks the partition, and nothing is committed', async () => {
  const topic = await createTopic(1);
  await produce(topic, numbered(0, 0, 1));
  const run = start(topic, fail, { retry, onFailure: `arn:aws:s3:::${topic}` }, environment());
  const refusals = () => run.poller.status.metrics.OnFailureDestinationDeliveryErrorCount;
  await until(run, 'two refusals of the destination', () => refusals() > 1);

  expect(await committed(run.group, topic)).toEqual({ 0: -1 });
  expect(run.poller.status.metrics.DroppedEventCount).toBe(0);
});
