import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from '#msk';
import { readLog } from '#proof/readback/log-reader.ts';

type Offsets = ReadonlyMap<number, number>;

export interface KeysOptions {
  /** "127.0.0.1:9092,…" */
  brokers: string;
  topic: string;
  /** Read the newest records only, about this many: by their Kafka timestamps, across all partitions. */
  count?: number | undefined;
  timeoutMs: number;
  signal: AbortSignal;
  take: (partition: number, key: Buffer | null) => void;
}

/**
 * Reads the keys of the records that a topic holds now.
 * @throws Error if they can't be read within the time
 */
export async function readKeys({ brokers, topic, count, timeoutMs, signal, take }: KeysOptions): Promise<void> {
  const [first, ends] = await placesOf(new Cluster(brokers), topic, count);
  const from = new Map([...first].filter(([partition, offset]) => offset < (ends.get(partition) ?? 0)));
  if (from.size === 0) return;

  const left = new Set(from.keys());
  const done = Promise.withResolvers<void>();
  const stopped = () => done.reject(new Error('stopped before all records were read'));
  signal.addEventListener('abort', stopped);
  if (signal.aborted) stopped();
  const reader = readLog({
    brokers,
    topic,
    from,
    failed: done.reject,
    took(partition, records, next) {
      const end = ends.get(partition) ?? 0;
      for (const { offset, key } of records) if (offset < end) take(partition, key);
      if (next < end) return true;
      left.delete(partition);
      if (left.size === 0) done.resolve();
      return false;
    },
  });
  const patience = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: patience.signal }).then(() => {
    throw new Error(`not all records were read within ${timeoutMs / 1000} s: give --count or a longer --timeout`);
  });
  try {
    await Promise.race([done.promise, late]);
  } finally {
    patience.abort();
    await late.catch(() => {});
    await reader.stop();
  }
}

/** Where to begin, and where the topic ends. */
async function placesOf(cluster: Cluster, topic: string, count: number | undefined): Promise<[Offsets, Offsets]> {
  try {
    const first = await cluster.offsetsAt(topic, 'first');
    const ends = await cluster.offsetsAt(topic, 'end');
    return [count === undefined ? first : await newest(cluster, topic, ends, first, count), ends];
  } finally {
    await cluster.disconnect();
  }
}

/**
 * The offsets from which on the topic has at least `count` records: those at or after the latest such time. The same
 * number of records from each partition would hide every skew.
 */
async function newest(cluster: Cluster, topic: string, ends: Offsets, first: Offsets, count: number): Promise<Offsets> {
  const size = (from: Offsets) =>
    [...ends].reduce((sum, [partition, end]) => sum + Math.max(0, end - (from.get(partition) ?? end)), 0);
  if (size(first) <= count) return first;
  let [low, high] = [0, Date.now() + DAY_MS];
  let from = first;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const found = await cluster.offsetsAt(topic, { time: middle });
    if (size(found) >= count) [low, from] = [middle, found];
    else high = middle;
  }
  return from;
}

/** A producer's clock may be ahead. */
const DAY_MS = 86_400_000;
