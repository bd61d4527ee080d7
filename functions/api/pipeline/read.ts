import type { Found, OffsetReader, PartitionOffsets, TopicOffsets } from '#lib/kafka/client/offsets.ts';
import { climb, type Rungs } from './ladder.ts';
import { lagSeconds } from './lag-seconds.ts';
import type { Mapping } from './mappings.ts';

type Reader = Pick<OffsetReader, 'ends' | 'starts' | 'since' | 'committed'>;

interface Partition {
  readonly partition: number;
  readonly committed: number | null;
  readonly end: number;
  readonly lag: number | null;
  readonly lagSeconds: number | null;
}

/** The time over which the throughput is counted. */
const RATE_SECONDS = 60;

/** The ending of a dead-letter topic's name. */
const DEAD_LETTERS = /-dlq$/;

/** The state of every mapping and topic at this moment. What isn't known is null, and never 0. */
export async function readPipeline(reader: Reader, mappings: readonly Mapping[], now: number) {
  const topics = [...new Set(mappings.map(({ topic }) => topic))].toSorted();
  const [starts, ends, before, committed] = await Promise.all([
    reader.starts(topics),
    reader.ends(topics),
    reader.since(topics, now - RATE_SECONDS * 1_000),
    Promise.all(mappings.map(({ group, topic }) => reader.committed(group, topic))),
  ]);
  const read = mappings.map((mapping, index) => ({ mapping, committed: committed[index] ?? new Map() }));
  const behind = read.flatMap(({ mapping: { topic }, committed: own }) =>
    [...own].map(([partition, offset]) => ({ topic, partition, committed: offset })),
  );
  const rungs = await climb(reader, ends, behind, now);
  return {
    time: new Date(now).toISOString(),
    mappings: read.map(({ mapping, committed: own }) => mappingState(mapping, own, { starts, ends, rungs })),
    topics: topics.map((topic) => topicState(topic, ends.get(topic), before.get(topic))),
    deadLetters: topics
      .filter((topic) => DEAD_LETTERS.test(topic))
      .map((topic) => ({ topic, records: sum(ends.get(topic)) - sum(starts.get(topic)) })),
  };
}

function mappingState(
  mapping: Mapping,
  own: PartitionOffsets,
  { starts, ends, rungs }: { starts: TopicOffsets; ends: TopicOffsets; rungs: Rungs },
) {
  const { topic } = mapping;
  const partitions = [...(ends.get(topic) ?? [])].map(([partition, end]): Partition => {
    // Before its first commit, a group has no record to read in an empty partition. Of other ones nothing is known.
    const committed = own.get(partition) ?? null;
    const position = committed ?? ((starts.get(topic)?.get(partition) ?? 0) === end ? end : null);
    if (position === null) return { partition, committed, end, lag: null, lagSeconds: null };
    const seconds = lagSeconds(position, end, rungs(topic, partition));
    return { partition, committed, end, lag: Math.max(0, end - position), lagSeconds: rounded(seconds) };
  });
  const seconds = known(partitions.map((partition) => partition.lagSeconds));
  return {
    ...mapping,
    lag: total(partitions.map(({ lag }) => lag)),
    lagSeconds: seconds && Math.max(0, ...seconds),
    partitions,
  };
}

/**
 * `perSecond` is the mean of the last minute.
 * @param before the first record of each partition in that minute; a partition without one has got none
 */
function topicState(topic: string, ends: PartitionOffsets = new Map(), before: ReadonlyMap<number, Found> = new Map()) {
  const added = [...ends].map(([partition, end]) => Math.max(0, end - (before.get(partition)?.offset ?? end)));
  return {
    topic,
    end: sum(ends),
    perSecond: rounded(added.reduce((all, one) => all + one, 0) / RATE_SECONDS),
    partitions: [...ends].map(([partition, end]) => ({ partition, end })),
  };
}

/** The values; null where one of them isn't known. */
function known(values: readonly (number | null)[]): number[] | null {
  const present = values.filter((value) => value !== null);
  return present.length === values.length ? present : null;
}

function total(values: readonly (number | null)[]): number | null {
  return known(values)?.reduce((sum, value) => sum + value, 0) ?? null;
}

function sum(offsets: PartitionOffsets = new Map()): number {
  return [...offsets.values()].reduce((all, offset) => all + offset, 0);
}

/** Two digits after the point; null for what isn't known. */
function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 100) / 100;
}
