import { setTimeout as sleep } from 'node:timers/promises';
import { checkpointId } from '../../sinks/s3/object.ts';
import { type Chain, ChainBuilder, type Fault, type Span } from './chain.ts';
import { compare } from './compare.ts';
import { type ArchiveKey, byPartition } from './key.ts';
import { readAhead } from './read-ahead.ts';
import type { Archive } from './store.ts';

/** The topic's log in the cluster. */
export interface Log {
  /** The first offset and the next offset of each partition; undefined if the cluster has no such topic. */
  ranges(topic: string): Promise<ReadonlyMap<number, { start: number; end: number }> | undefined>;
  /** How many records the log has within these offsets of a partition. */
  count(topic: string, partition: number, spans: readonly Span[]): Promise<number>;
}

export interface VerifyOptions {
  readonly archive: Archive;
  readonly log: Log;
  /** The offset up to which a log is archived, by the archive's checkpoints. */
  readonly checkpoint: (id: string) => Promise<number>;
  /** ms that the archive may be behind the topic */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

/** One life of a topic: it has another one after each time that it was created again. */
export interface Life {
  readonly epoch: number;
  readonly partitions: readonly Chain[];
}

export interface TopicReport {
  readonly topic: string;
  readonly lives: readonly Life[];
  readonly faults: readonly Fault[];
  /** what is no fault, but good to know: what retention removed, for example */
  readonly notes: readonly string[];
}

/** Topics whose old objects the bucket's lifecycle removes: resources/stores/archive-rules.cjs. */
export const EXPIRING: readonly string[] = ['user-login', 'user-login-dlq', 'user-login-processed'];

const AT_ONCE = 16;
const LOOK_AGAIN_MS = 500;

/**
 * Reads every object of a topic. Each must be as the archive wrote it, each must begin where the one before it ended,
 * and together they must hold what the topic's log holds, up to its end when this begins.
 */
export async function verifyTopic(topic: string, options: VerifyOptions): Promise<TopicReport> {
  const { archive, log, waitMs, signal } = options;
  const ranges = await log.ranges(topic);
  const until = Date.now() + waitMs;
  const chains = new Map<string, ChainBuilder>();
  const seen = new Set<string>();
  let foreign: readonly string[] = [];
  let epoch = 0;
  const builderOf = (own: Pick<ArchiveKey, 'epoch' | 'partition'>) => {
    const id = checkpointId({ topic, ...own });
    const builder = chains.get(id) ?? new ChainBuilder({ topic, ...own }, EXPIRING.includes(topic));
    chains.set(id, builder);
    return builder;
  };
  const isBehind = () => [...(ranges ?? [])].some(([partition, { end }]) => builderOf({ epoch, partition }).end < end);

  for (;;) {
    signal?.throwIfAborted();
    const listed = await archive.list(topic);
    foreign = listed.foreign;
    epoch = Math.max(epoch, ...listed.objects.map((object) => object.epoch));
    const fresh = listed.objects.filter(({ key }) => !seen.has(key));
    for (const read of readAheadOf(fresh, archive)) {
      for await (const object of read) {
        signal?.throwIfAborted();
        seen.add(object.object.key);
        builderOf(object.object).add(object);
      }
    }
    if (!isBehind() || Date.now() >= until) break;
    await sleep(LOOK_AGAIN_MS, undefined, { signal });
  }

  const faults: Fault[] = foreign.map((key) => ({ kind: 'different', text: `${key}: the archive makes no such key` }));
  const notes: string[] = [];
  const lives = new Map<number, Chain[]>();
  const later = await log.ranges(topic);
  for (const [id, builder] of chains) {
    const checkpoint = await options.checkpoint(id);
    const chain = builder.finish(checkpoint);
    const own = Number(/\/epoch=(\d+)$/.exec(id)?.[1] ?? 0);
    lives.set(own, [...(lives.get(own) ?? []), chain]);
    const range = own === epoch ? ranges?.get(chain.partition) : undefined;
    const now = own === epoch ? later?.get(chain.partition) : undefined;
    const compared = await compare(`${topic}-${chain.partition}`, { ...chain, checkpoint, range, now }, (spans) =>
      log.count(topic, chain.partition, spans),
    );
    faults.push(...chain.faults, ...compared.faults);
    notes.push(...compared.notes);
  }
  if (ranges === undefined) notes.push(`the cluster has no topic ${topic}: its archive was compared with no log`);
  const sorted = [...lives].map(([own, partitions]) => ({
    epoch: own,
    partitions: partitions.toSorted((a, b) => a.partition - b.partition),
  }));
  return { topic, lives: sorted.toSorted((a, b) => a.epoch - b.epoch), faults, notes };
}

function readAheadOf(objects: readonly ArchiveKey[], archive: Archive) {
  const lives = Map.groupBy(objects, ({ epoch }) => epoch).values();
  return [...lives].flatMap((own) =>
    [...byPartition(own).values()].map((each) => readAhead(each, AT_ONCE, archive.read)),
  );
}
