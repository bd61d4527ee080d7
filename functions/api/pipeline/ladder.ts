import type { OffsetReader, TopicOffsets } from '#lib/kafka/client/offsets.ts';
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

  for (const [index, ages] of ROUNDS.entries()) {
    const open = behind.filter(
      ({ topic, partition, committed }) =>
        lagSeconds(committed, endOf(topic, partition), rungs(topic, partition)) === undefined,
    );
    // The first round asks for every topic, at least for the throughput.
    const asked = index === 0 ? [...ends.keys()] : [...new Set(open.map(({ topic }) => topic))];
    const wanted = index === 0 && open.length === 0 ? [RATE_SECONDS] : ages;
    if (asked.length === 0) break;
    const answers = await Promise.all(
      wanted.map(async (age) => ({ age, offsets: await reader.since(asked, now - age * 1_000) })),
    );
    for (const { age, offsets } of answers) {
      for (const topic of asked) {
        for (const [partition, end] of ends.get(topic) ?? []) {
          const first = offsets.get(topic)?.get(partition);
          // The record's own age is exact. Without a record, nothing was produced since then.
          const rung = {
            age: first === undefined ? age : (now - first.timestamp) / 1_000,
            offset: first?.offset ?? end,
          };
          found.set(`${topic} ${partition}`, [...rungs(topic, partition), { asked: age, ...rung }]);
        }
      }
    }
  }
  return { rungs };
}
