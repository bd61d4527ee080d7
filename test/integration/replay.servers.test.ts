import { PutObjectCommand } from '@aws-sdk/client-s3';
import { kafkaLog } from '#cli/archive/kafka-log.ts';
import { kafkaTarget } from '#cli/replay/kafka-target.ts';
import { withAdmin } from '#cli/topic.ts';
import { readerLog } from '#functions/ops/archive/reader-log.ts';
import { archiveIn } from '#functions/ops/archive/store.ts';
import { verifyTopic } from '#functions/ops/archive/verify.ts';
import { kafkajsTarget } from '#functions/ops/replay/kafkajs-target.ts';
import { type ReplayRun, runReplay } from '#functions/ops/replay/run.ts';
import { archiveObject, objectKey } from '#functions/sinks/s3/object.ts';
import { createProducer } from '#lib/kafka/client/producer.ts';
import { topicReader } from '#lib/kafka/client/topic-reader.ts';
import { kafkaOf } from '#local/deploy/servers.ts';
import { Cluster } from '#msk';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { plenty } from '../support/deadlines.ts';
import { eventually } from '../support/eventually.ts';
import { batchOfRecords, KAFKA_TIME, type TestRecord } from '../support/msk-event.ts';
import { startBucket, type TestBucket } from '../support/servers.ts';

let broker: TestBroker;
let bucket: TestBucket;
let cluster: Cluster;
beforeAll(async () => {
  [broker, bucket] = await Promise.all([startBroker(['lost', 'copy', 'live', 'function']), startBucket()]);
  cluster = new Cluster(broker.endpoint);
});
afterAll(async () => {
  await cluster?.disconnect();
  await Promise.all([broker?.stop(), bucket?.stop()]);
});

const strange: TestRecord[] = [
  { value: null, key: 'k' },
  { value: Buffer.from([0xff, 0]), key: Buffer.from([0x80]) },
  { value: '', key: '', timestamp: KAFKA_TIME - 400 * 86_400_000 },
  { value: 'no time', timestamp: -1 },
  {
    value: '{"a": 1e999}',
    timestamp: KAFKA_TIME - 86_400_000,
    headerList: [
      { name: 'b', value: null },
      { name: 'a', value: Buffer.from([0xfe]) },
      { name: 'b', value: Buffer.from('') },
    ],
  },
];

const numbered = (count: number): TestRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    key: `k${i}`,
    value: { n: i, text: 'x'.repeat(500) },
    timestamp: KAFKA_TIME + i,
  }));

/** Archives records of each partition, in objects of 400. */
async function put(topic: string, partitions: readonly TestRecord[][]): Promise<void> {
  for (const [partition, records] of partitions.entries()) {
    const own = batchOfRecords(records.map((record, offset) => ({ topic, partition, offset, ...record })))
      .partitions[0];
    for (let at = 0; at < records.length; at += 400) {
      const slice = own?.records.slice(at, at + 400) ?? [];
      const { body, metadata } = await archiveObject(slice, at);
      const Key = objectKey({ topic, partition, epoch: 0 }, at, slice[0]?.timestamp ?? 0);
      await bucket.client.send(
        new PutObjectCommand({ Bucket: bucket.bucket, Key, Body: body, Metadata: { ...metadata } }),
      );
    }
  }
}

function runOf(topic: string, to: string, more: Partial<ReplayRun> = {}) {
  const said: string[] = [];
  const target = kafkaTarget(cluster, to);
  const run = {
    archive: archiveIn(bucket.bucket, bucket.client, plenty),
    checkpoint: async () => 0,
    selection: { topic },
    target,
    id: 'test',
    asNew: true,
    dryRun: false,
    rate: undefined,
    sliceMs: undefined,
    reached: undefined,
    check: async () => {},
    say: (text: string) => said.push(text),
    signal: new AbortController().signal,
    ...more,
  };
  const done = runReplay(run).finally(() => void target.close());
  return { said, done };
}

const hasRecords = (topic: string) =>
  eventually(async () => [...(await cluster.offsetsAt(topic, 'end')).values()].some((end) => end > 0), {
    what: `${topic} has a record`,
  });

test('an empty topic gets its records back, with every byte, and the log is the one that the archive has', async () => {
  const partitions = [[...strange, ...numbered(1_500)], numbered(900), strange];
  await put('lost', partitions);

  const { said, done } = runOf('lost', 'lost');

  expect(await done).toBe(true);
  expect(said.at(-1)).toBe('read back: 2410 records, each with its bytes, key, headers and timestamp, in order');
  const stored = await broker.readAll('lost');
  const expected = partitions.flatMap((records, partition) =>
    (batchOfRecords(records).partitions[0]?.records ?? []).map(({ key, value, timestamp }, offset) => ({
      ...{ partition, key, value, timestamp: String(timestamp), offset: String(offset) },
    })),
  );
  expect(
    stored.map(({ partition, key, value, timestamp, offset }) => ({ partition, key, value, timestamp, offset })),
  ).toEqual(expected);
  const archive = archiveIn(bucket.bucket, bucket.client, plenty);
  const log = kafkaLog(cluster, ['lost']);
  const { faults } = await verifyTopic('lost', { archive, log, checkpoint: async () => 0, waitMs: 0 });
  expect(faults).toEqual([]);
});

test('a dry run produces nothing', async () => {
  await put('copied', [numbered(10)]);

  const { said, done } = runOf('copied', 'copy', { dryRun: true });

  expect(await done).toBe(true);
  expect(said[0]).toMatch(/^would replay 10 records of copied, from 2026-01-01T00:00:00.000Z to /);
  expect(await broker.readAll('copy')).toEqual([]);
});

test('a paused replay is continued by the next run', async () => {
  await put('copied', [numbered(3_000), numbered(2_000)]);
  const pause = new AbortController();
  const first = runOf('copied', 'copy', { rate: 2_000, signal: pause.signal });
  await hasRecords('copy');
  pause.abort();
  expect(await first.done).toBe(false);
  const paused = (await broker.readAll('copy')).length;
  expect(paused).toBeGreaterThan(0);
  expect(paused).toBeLessThan(5_000);

  const second = runOf('copied', 'copy');

  expect(await second.done).toBe(true);
  expect(second.said).toContain(`${paused} of them are there already`);
  expect(await broker.readAll('copy')).toHaveLength(5_000);
});

test('a topic with other records keeps them, and gets each record once, with its origin', async () => {
  await put('live', [numbered(500)]);
  await runOf('live', 'live').done;
  const selection = { topic: 'live', since: KAFKA_TIME + 400 };

  expect(await runOf('live', 'live', { selection }).done).toBe(true);
  expect(await runOf('live', 'live', { selection }).done).toBe(true);

  const stored = await broker.readAll('live');
  expect(stored).toHaveLength(600);
  expect(Object.entries(stored[500]?.headers ?? {}).map(([name, value]) => `${name}=${String(value)}`)).toEqual([
    'origin=live-0-400',
    'replay=test/400',
  ]);
});

test('a function does it with kafkajs: the same records, continued, and compared', async () => {
  await put('by-function', [[...strange, ...numbered(700)], numbered(300)]);
  const client = { auth: 'none', clientId: 'test', bootstrapServers: broker.endpoint, timeoutMs: 10_000 } as const;
  const reader = await topicReader(client);
  const producer = createProducer({ ...client, limits: {}, retries: 'never' });
  const target = kafkajsTarget({
    topic: 'function',
    bootstrapServers: broker.endpoint,
    reader,
    producer,
    deadline: plenty,
  });
  const pause = new AbortController();
  const first = runOf('by-function', 'function', { target, rate: 400, signal: pause.signal });
  await hasRecords('function');
  pause.abort();
  expect(await first.done).toBe(false);

  const second = runOf('by-function', 'function', { target });

  expect(await second.done).toBe(true);
  expect(second.said).toContainEqual(expect.stringMatching(/^\d+ of them are there already$/));
  expect(second.said.at(-1)).toMatch('read back: 1005 records');
  const log = readerLog(reader);
  expect(await log.ranges('function')).toEqual(await kafkaLog(cluster, ['function']).ranges('function'));
  expect(await log.ranges('no-such-topic')).toBeUndefined();
  expect(
    await log.count('function', 0, [
      { from: 10, to: 20 },
      { from: 700, to: 705 },
    ]),
  ).toBe(15);
  await Promise.all([reader.close(), producer.close()]);
});

test('the broker is lost for a while: the replay waits for it, and no record is there twice', async () => {
  await withAdmin(kafkaOf({ kafka: broker.endpoint }, 'test'), (admin) =>
    admin.createTopics({ topics: [{ topic: 'restarted', numPartitions: 1 }] }),
  );
  await put('restarted', [numbered(4_000)]);
  const { done } = runOf('restarted', 'restarted', { rate: 1_000 });
  await hasRecords('restarted');
  await broker.server.stop();
  await broker.server.start();
  await broker.server.ready();

  expect(await done).toBe(true);
  expect(await broker.readAll('restarted')).toHaveLength(4_000);
});
