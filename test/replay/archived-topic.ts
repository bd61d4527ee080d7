import { Producer } from '@platformatic/kafka';
import { readPartition } from '#cli/replay/read-partition.ts';
import type { TargetRecord } from '#functions/ops/replay/target.ts';
import { archive, type Checkpoint, NOTHING_ARCHIVED } from '#functions/sinks/s3/archive.ts';
import { immutableObjects } from '#lib/stores/objects.ts';
import type { Cluster } from '#msk';
import { plenty } from '../support/deadlines.ts';
import { batchOfRecords } from '../support/msk-event.ts';
import type { TestBucket } from '../support/servers.ts';

const PARTITIONS = 3;
const REQUEST = 2_000;
/** Records that archiveToS3 gets at once, about as many as an event of 6 MB has. */
const BATCH = 2_000;

/** Fills a topic with records of every kind: JSON and other bytes, tombstones, with and without keys and headers. */
export async function fill(cluster: Cluster, topic: string, count: number): Promise<void> {
  const producer = new Producer({ ...cluster.options('test'), acks: -1 });
  const start = Date.now() - count * 1_000;
  for (let from = 0; from < count; from += REQUEST) {
    const messages = Array.from({ length: Math.min(REQUEST, count - from) }, (_, i) =>
      messageOf(from + i, topic, start),
    );
    await producer.send({ messages });
  }
  await producer.close();
}

const text = (n: number) =>
  JSON.stringify({ vehicleId: `V${n % 500}`, speed: n % 120, location: '12.97,77.59', n, at: 'x'.repeat(60) });

function messageOf(n: number, topic: string, start: number) {
  const value = n % 97 === 0 ? null : n % 89 === 0 ? Buffer.from([0xff, n % 256, 0]) : Buffer.from(text(n));
  const headers =
    n % 7 === 0
      ? new Map([
          [Buffer.from('b'), Buffer.from([n % 256, 0xfe])],
          [Buffer.from('a'), null as never as Buffer],
          [Buffer.from('b'), Buffer.from(String(n))],
        ])
      : new Map([[Buffer.from('trace'), Buffer.from(`00-${n}`)]]);
  return {
    topic,
    partition: n % PARTITIONS,
    // Not in order: a producer's clock may go back.
    timestamp: BigInt(start + n * 1_000 - (n % 11) * 5_000),
    key: (n % 13 === 0 ? null : Buffer.from(`V${n % 500}`)) as Buffer,
    value: value as Buffer,
    headers,
  };
}

/** Reads each partition of a topic, with headers in their order. */
export async function logOf(cluster: Cluster, topic: string): Promise<TargetRecord[][]> {
  const ends = await cluster.offsetsAt(topic, 'end');
  return Promise.all(
    [...ends].map(async ([partition, to]) => {
      const records: TargetRecord[] = [];
      await readPartition(cluster, { topic, partition, from: 0, to }, (some) => records.push(...some));
      return records;
    }),
  );
}

/** Archives a topic as archiveToS3 does. @returns the checkpoints */
export async function archiveTopic(topic: string, log: readonly TargetRecord[][], { bucket, client }: TestBucket) {
  const held = new Map<string, Checkpoint>();
  const read = (id: string) => held.get(id) ?? NOTHING_ARCHIVED;
  const set = async (id: string, to: Checkpoint) => {
    held.set(id, to);
    return to;
  };
  const checkpoints = {
    read: async (id: string) => read(id),
    claim: (id: string, from: Checkpoint, pending: string) => set(id, { ...from, pending }),
    advance: (id: string, _from: Checkpoint, to: Checkpoint) => set(id, to),
  };
  const stores = { checkpoints, objects: immutableObjects(bucket, client) };
  for (const [partition, records] of log.entries()) {
    const checkpointId = { topic, partition, epoch: 0 };
    let from: Checkpoint = NOTHING_ARCHIVED;
    for (let at = 0; at < records.length; at += BATCH) {
      const batch = records
        .slice(at, at + BATCH)
        .map(({ headers, ...record }) => ({ topic, partition, ...record, headerList: headers }));
      from = await archive(checkpointId, batchOfRecords(batch).partitions[0]?.records ?? [], from, stores, plenty);
    }
  }
  return async (id: string) => read(id).next;
}
