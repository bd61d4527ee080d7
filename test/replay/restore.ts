import { isDeepStrictEqual } from 'node:util';
import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { kafkaLog } from '#cli/archive/kafka-log.ts';
import { kafkaTarget } from '#cli/replay/kafka-target.ts';
import { withAdmin } from '#cli/topic.ts';
import type { Fault } from '#functions/ops/archive/chain.ts';
import { byPartition } from '#functions/ops/archive/key.ts';
import { archiveIn } from '#functions/ops/archive/store.ts';
import { verifyTopic } from '#functions/ops/archive/verify.ts';
import { runReplay } from '#functions/ops/replay/run.ts';
import { kafkaOf } from '#local/deploy/servers.ts';
import { Cluster } from '#msk';
import { readTopics } from '#proof/readback/kafka.ts';
import { startBroker } from '../support/broker.ts';
import { plenty } from '../support/deadlines.ts';
import { eventually } from '../support/eventually.ts';
import { startBucket } from '../support/servers.ts';
import { createTopics } from '../support/topics.ts';
import { archiveTopic, fill, logOf } from './archived-topic.ts';
import { holds } from './holds.ts';

/**
 * Part of `npm run test:long -- replay`. A topic of 100,000 records is archived, deleted and restored. Then its archive
 * is damaged, and verify-archive must name each damage.
 */
const TOPIC = 'backed-up';
const COUNT = 100_000;
/** records per second, from the first one produced to the last acknowledgement */
const LEAST_RATE = 20_000;

const [broker, bucket] = await Promise.all([startBroker([TOPIC]), startBucket()]);
const cluster = new Cluster(broker.endpoint);
const archive = archiveIn(bucket.bucket, bucket.client, plenty);
const log = kafkaLog(cluster, [TOPIC]);
try {
  const checkpoint = await restore();
  await damage(checkpoint);
} finally {
  await cluster.disconnect();
  await Promise.all([broker.stop(), bucket.stop()]);
}

async function restore() {
  await fill(cluster, TOPIC, COUNT);
  const before = await logOf(cluster, TOPIC);
  const readBefore = await readTopics(broker.endpoint, [TOPIC]);
  const checkpoint = await archiveTopic(TOPIC, before, bucket);
  holds('the archive has no fault', (await faultsOf(checkpoint)).length === 0);
  await withAdmin(kafkaOf({ kafka: broker.endpoint }, 'test'), async (admin) => {
    await admin.deleteTopics({ topics: [TOPIC] });
    await eventually(async () => !(await admin.listTopics()).includes(TOPIC), { what: 'the topic is deleted' });
  });
  await createTopics(broker.endpoint, [{ topic: TOPIC, numPartitions: 3 }]);

  const said: string[] = [];
  const target = kafkaTarget(cluster, TOPIC);
  const started = performance.now();
  const done = await runReplay({
    ...{ archive, checkpoint, target, selection: { topic: TOPIC }, id: 'restore', asNew: false, dryRun: false },
    ...{ rate: undefined, sliceMs: undefined, reached: undefined, check: async () => {} },
    ...{ say: (text) => said.push(text), signal: new AbortController().signal },
  });
  const seconds = (performance.now() - started) / 1000;
  await target.close();
  console.log(`${said.join('\n')}\nall, with reading the archive twice and reading back: ${seconds.toFixed(1)} s`);

  holds('the restore is done', done);
  const after = await logOf(cluster, TOPIC);
  for (const [partition, records] of before.entries()) {
    const same = records.length === after[partition]?.length && isDeepStrictEqual(records, after[partition]);
    holds(`partition ${partition}: ${records.length} records, byte for byte, with offsets and order of headers`, same);
  }
  const readAfter = await readTopics(broker.endpoint, [TOPIC]);
  holds("the report's own reader sees the same log", isDeepStrictEqual(readBefore, readAfter));
  holds('the archive still fits the topic', (await faultsOf(checkpoint)).length === 0);
  const rate = Number(/: (\d+)\/s$/.exec(said.find((text) => text.startsWith('produced')) ?? '')?.[1]);
  holds(`${rate} records/s, at least ${LEAST_RATE}`, rate >= LEAST_RATE);
  return checkpoint;
}

async function damage(checkpoint: (id: string) => Promise<number>): Promise<void> {
  const { objects } = await archive.list(TOPIC);
  const [zero = [], one = [], two = []] = [...byPartition(objects).values()];
  const [missing, doubled, cut] = [zero[5]?.key ?? '', one[7]?.key ?? '', two[9]?.key ?? ''];
  const copy = doubled.replace(/dt=[\d-]+/, 'dt=2099-01-01');
  const Bucket = bucket.bucket;
  await bucket.client.send(new DeleteObjectCommand({ Bucket, Key: missing }));
  await bucket.client.send(new CopyObjectCommand({ Bucket, Key: copy, CopySource: `${Bucket}/${doubled}` }));
  const whole = await bucket.client.send(new GetObjectCommand({ Bucket, Key: cut }));
  const bytes = (await whole.Body?.transformToByteArray()) ?? new Uint8Array();
  const Metadata = whole.Metadata ?? {};
  await bucket.client.send(new PutObjectCommand({ Bucket, Key: cut, Metadata, Body: bytes.subarray(0, 5_000) }));

  const faults = await faultsOf(checkpoint);

  console.log(faults.map(({ kind, text }) => `  ${kind}: ${text}`).join('\n'));
  const name = (key: string) => key.slice(key.lastIndexOf('/') + 1);
  const named = (kind: Fault['kind'], text: string) =>
    faults.filter((fault) => fault.kind === kind).length === 1 &&
    faults.some((fault) => fault.kind === kind && fault.text.includes(text) && /offsets \d+ to \d+/.test(fault.text));
  holds('the missing object is named with its offsets', named('missing', name(missing)));
  holds('the doubled object is named with its offsets', named('doubled', copy));
  holds('the cut object is named with its offsets', named('cut', cut));
  // The copy is in another hour than its first record.
  holds('nothing else is named', faults.length === 4 && named('different', copy));
}

async function faultsOf(checkpoint: (id: string) => Promise<number>): Promise<readonly Fault[]> {
  return (await verifyTopic(TOPIC, { archive, log, checkpoint, waitMs: 0 })).faults;
}
