import type { Found, OffsetReader, TopicOffsets } from '#lib/kafka/client/offsets.ts';
import { lagSeconds, ROUNDS, type Rung } from './lag-seconds.ts';

/** A partition of which a group hasn't committed every record. */
export interface Behind {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
}

/** The rungs of a partition, from the youngest to the oldest age. */
export type Rungs = (topic: string, partition: number) => readonly Rung[];

/**
 * Asks at what offset each topic was at some ages, until the age of each lagging group's next record is known. It reads
 * no record: the brokers answer from their time index, and a role needs no permission to read a topic.
 */
export async function climb(
  reader: Pick<OffsetReader, 'since'>,
  ends: TopicOffsets,
  behind: readonly Behind[],
  now: number,
): Promise<Rungs> {
  const found = new Map<string, Rung[]>();
  const rungs: Rungs = (topic, partition) => found.get(`${topic} ${partition}`) ?? [];
  const isOpen = ({ topic, partition, committed }: Behind) =>
    lagSeconds(committed, ends.get(topic)?.get(partition) ?? 0, rungs(topic, partition)) === undefined;

  for (const ages of ROUNDS) {
    const topics = [...new Set(behind.filter(isOpen).map(({ topic }) => topic))];
    if (topics.length === 0) break;
    const answers = await Promise.all(
      ages.map(async (age) => ({ age, first: await reader.since(topics, now - age * 1_000) })),
    );
    for (const { age, first } of answers) {
      for (const topic of topics) {
        for (const [partition, end] of ends.get(topic) ?? []) {
          const rung = rungOf(age, end, first.get(topic)?.get(partition), now);
          found.set(`${topic} ${partition}`, [...rungs(topic, partition), rung]);
        }
      }
    }
  }
  return rungs;
}

/** The record's own age is exact. Without a record, nothing was produced since then. */
function rungOf(age: number, end: number, first: Found | undefined, now: number): Rung {
  return first === undefined ? { age, offset: end } : { age: (now - first.timestamp) / 1_000, offset: first.offset };
}
