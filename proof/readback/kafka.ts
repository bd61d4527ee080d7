import { Cluster } from '#msk';
import type { LogRecord, TopicLog } from '../world.ts';
import { readLog } from './log-reader.ts';

/** If reading stalls for this time, something is wrong with the brokers. */
const STALLED_MS = 30_000;

export interface ReadOptions {
  /** only records from that time on, ms since the epoch; by default all records */
  since?: number;
  /** only records before that time; by default up to the present ends */
  until?: number;
}

/**
 * Reads topics up to their present ends, with committed records only. It makes no consumer group.
 * @throws Error naming the partitions that could not be read to their ends
 */
export async function readTopics<T extends string>(
  brokers: string,
  topics: readonly T[],
  { since, until }: ReadOptions = {},
): Promise<Record<T, TopicLog>> {
  return withCluster(brokers, async (cluster) => {
    const logs = {} as Record<T, TopicLog>;
    for (const topic of topics) logs[topic] = { partitions: await rangesOf(cluster, topic, since, until), records: [] };
    for (const topic of topics) await readToEnds(brokers, topic, logs[topic]);
    return logs;
  });
}

/** The record at those coordinates; undefined where there is none: not yet, or retention or compaction removed it. */
export async function readRecord(
  brokers: string,
  { topic, partition, offset }: Pick<LogRecord, 'topic' | 'partition' | 'offset'>,
): Promise<LogRecord | undefined> {
  return withCluster(brokers, async (cluster) => {
    const range = (await rangesOf(cluster, topic)).find((own) => own.partition === partition);
    if (range === undefined || offset < range.start || offset >= range.end) return undefined;
    const log: TopicLog = { partitions: [{ partition, start: offset, end: offset + 1 }], records: [] };
    await readToEnds(brokers, topic, log);
    return log.records[0];
  });
}

export async function withCluster<T>(brokers: string, use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = new Cluster(brokers);
  try {
    return await use(cluster);
  } finally {
    await cluster.disconnect();
  }
}

async function rangesOf(
  cluster: Cluster,
  topic: string,
  since?: number,
  until?: number,
): Promise<TopicLog['partitions']> {
  const starts = await cluster.offsetsAt(topic, since === undefined ? 'first' : { time: since });
  const ends = await cluster.offsetsAt(topic, until === undefined ? 'end' : { time: until });
  return [...ends].map(([partition, end]) => ({ partition, start: starts.get(partition) ?? end, end }));
}

/** Reads a topic's partitions to their ends into `records`, in order of partition and offset. */
async function readToEnds(brokers: string, topic: string, { partitions, records }: TopicLog): Promise<void> {
  const left = new Map(
    partitions.filter(({ start, end }) => start < end).map(({ partition, end }) => [partition, end]),
  );
  if (left.size === 0) return;
  const from = new Map(partitions.flatMap(({ partition, start }) => (left.has(partition) ? [[partition, start]] : [])));
  const done = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const progress = () => {
    clearTimeout(timer);
    const names = () => [...left.keys()].map((partition) => `${topic}-${partition}`).join(', ');
    const stalled = () => new Error(`can't read ${names()}: no progress for ${STALLED_MS / 1000} s`);
    timer = setTimeout(() => done.reject(stalled()), STALLED_MS);
  };
  progress();
  const reader = readLog({
    brokers,
    topic,
    from,
    failed: done.reject,
    took: (partition, read, next) => {
      const end = left.get(partition) ?? 0;
      for (const record of read) if (record.offset < end) records.push(record);
      progress();
      if (next >= end) left.delete(partition);
      if (left.size === 0) done.resolve();
      return next < end;
    },
  });
  try {
    await done.promise;
  } finally {
    clearTimeout(timer);
    await reader.stop();
  }
  records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}
