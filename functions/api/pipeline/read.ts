import type { OffsetReader, PartitionOffsets, TopicOffsets } from '#lib/kafka/client/offsets.ts';
import { climb, type Ladder } from './ladder.ts';
import { lagSeconds, RATE_SECONDS } from './lag-seconds.ts';
import type { Mapping } from './mappings.ts';

type Reader = Pick<OffsetReader, 'ends' | 'starts' | 'since' | 'committed'>;

interface Partition {
  readonly partition: number;
  readonly committed: number | null;
  readonly end: number;
  readonly lag: number | null;
  readonly lagSeconds: number | null;
}

/** The ending of a dead-letter topic's name. */
const DEAD_LETTERS = /-dlq$/;

/** The state of every mapping and topic at this moment. What isn't known is null, and never 0. */
export async function readPipeline(reader: Reader, mappings: readonly Mapping[], now: number) {
  const topics = [...new Set(mappings.map(({ topic }) => topic))].toSorted();
  const [starts, ends, committed] = await Promise.all([
    reader.starts(topics),
    reader.ends(topics),
    Promise.all(mappings.map(({ group, topic }) => reader.committed(group, topic))),
  ]);
  const read = mappings.map((mapping, index) => ({ mapping, committed: committed[index] ?? new Map() }));
  const behind = read.flatMap(({ mapping: { topic }, committed: own }) =>
    [...own].map(([partition, offset]) => ({ topic, partition, committed: offset })),
  );
  const ladder = await climb(reader, ends, behind, now);
  return {
    time: new Date(now).toISOString(),
    mappings: read.map(({ mapping, committed: own }) => mappingState(mapping, own, { starts, ends, ladder })),
    topics: topics.map((topic) => topicState(topic, ends, ladder)),
    deadLetters: topics
      .filter((topic) => DEAD_LETTERS.test(topic))
      .map((topic) => ({ topic, records: sum(ends.get(topic)) - sum(starts.get(topic)) })),
  };
}

function mappingState(
  mapping: Mapping,
  own: PartitionOffsets,
  { starts, ends, ladder }: { starts: TopicOffsets; ends: TopicOffsets; ladder: Ladder },
) {
  const { topic } = mapping;
  const partitions = [...(ends.get(topic) ?? [])].map(([partition, end]): Partition => {
    // Before its first commit, a group has no record to read in an empty partition. Of other ones nothing is known.
    const committed = own.get(partition) ?? null;
    const position = committed ?? ((starts.get(topic)?.get(partition) ?? 0) === end ? end : null);
    if (position === null) return { partition, committed, end, lag: null, lagSeconds: null };
    const seconds = lagSeconds(position, end, ladder.rungs(topic, partition));
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

/** `perSecond` is the mean of the last minute. */
function topicState(topic: string, ends: TopicOffsets, ladder: Ladder) {
  const partitions = [...(ends.get(topic) ?? [])];
  const added = partitions.map(([partition, end]) => {
    const before = ladder.rungs(topic, partition).find(({ asked }) => asked === RATE_SECONDS)?.offset;
    return before === undefined ? null : Math.max(0, end - before);
  });
  const perSecond = (total(added) ?? Number.NaN) / RATE_SECONDS;
  return {
    topic,
    end: sum(ends.get(topic)),
    perSecond: rounded(perSecond),
    partitions: partitions.map(([partition, end]) => ({ partition, end })),
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
  return value === undefined || Number.isNaN(value) ? null : Math.round(value * 100) / 100;
}
