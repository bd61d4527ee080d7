import type { Found, OffsetReader, TopicOffsets } from '#lib/kafka/client/offsets.ts';
import { lagSeconds, RATE_SECONDS, ROUNDS, type Rung } from './lag-seconds.ts';

/** A partition of which a group hasn't committed every record. */
export interface Behind {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
}

/** The rungs of each partition, from the youngest to the oldest age. */
export interface Ladder {
  rungs(topic: string, partition: number): readonly Rung[];
}

/**
 * Asks at what offset each topic was at some ages, until the age of each lagging group's next record is known. It reads
 * no record: the brokers answer from their time index, and a role needs no permission to read a topic.
 */
export async function climb(
  reader: Pick<OffsetReader, 'since'>,
  ends: TopicOffsets,
  behind: readonly Behind[],
  now: number,
): Promise<Ladder> {
  const found = new Map<string, Rung[]>();
  const rungs = (topic: string, partition: number) => found.get(`${topic} ${partition}`) ?? [];
  const endOf = (topic: string, partition: number) => ends.get(topic)?.get(partition) ?? 0;

  for (const ages of ROUNDS) {
    const lagging = new Set(
      behind
        .filter(({ topic, partition, committed }) => {
          return lagSeconds(committed, endOf(topic, partition), rungs(topic, partition)) === undefined;
        })
        .map(({ topic }) => topic),
    );
    // The throughput needs one age of every topic.
    const wanted = ages.map((age) => ({ age, topics: age === RATE_SECONDS ? [...ends.keys()] : [...lagging] }));
    const answers = await Promise.all(
      wanted
        .filter(({ topics }) => topics.length > 0)
        .map(async ({ age, topics }) => ({ age, topics, first: await reader.since(topics, now - age * 1_000) })),
    );
    for (const { age, topics, first } of answers) {
      for (const topic of topics) {
        for (const [partition, end] of ends.get(topic) ?? []) {
          const rung = rungOf(age, end, first.get(topic)?.get(partition), now);
          found.set(`${topic} ${partition}`, [...rungs(topic, partition), rung]);
        }
      }
    }
  }
  return { rungs };
}

/** The record's own age is exact. Without a record, nothing was produced since then. */
function rungOf(asked: number, end: number, first: Found | undefined, now: number): Rung {
  if (first === undefined) return { asked, age: asked, offset: end };
  return { asked, age: (now - first.timestamp) / 1_000, offset: first.offset };
}
