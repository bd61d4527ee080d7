import { murmur2 } from '#lib/kafka/client/partitioner.ts';
import type { GeneratedRecord } from './record.ts';

/** Chooses a record's partition, of `count` partitions. Each producer has its own, because it may remember keys. */
export type Partitioner = (record: Pick<GeneratedRecord, 'topic' | 'key'>, count: number) => number;

/** As Kafka's clients choose: by the hash of the key, or in turn without a key. */
function hashPartitioner(): Partitioner {
  const turns = new Map<string, number>();
  const turnOf = (topic: string) => {
    const turn = turns.get(topic) ?? 0;
    turns.set(topic, turn + 1);
    return turn;
  };
  return ({ topic, key }, count) => (key === null ? turnOf(topic) : murmur2(Buffer.from(key)) & 0x7fffffff) % count;
}

/**
 * Evens out the partitions: a new key, or a record without a key, goes to the partition with the fewest records of
 * this producer so far. A key keeps its partition, so its records keep their order. The choice depends on what this
 * producer has sent: another producer, or the next run, chooses otherwise. It remembers each key, about 100 bytes.
 */
function evenPartitioner(): Partitioner {
  const topics = new Map<string, { counts: number[]; places: Map<string, number> }>();
  return ({ topic, key }, count) => {
    const { counts, places } = topics.get(topic) ?? { counts: [], places: new Map<string, number>() };
    topics.set(topic, { counts, places });
    while (counts.length < count) counts.push(0);
    const known = key === null ? undefined : places.get(key);
    const chosen = known ?? counts.indexOf(Math.min(...counts));
    counts[chosen] = (counts[chosen] ?? 0) + 1;
    if (key !== null) places.set(key, chosen);
    return chosen;
  };
}

/** The partitioners that a producer can take, by name. */
export const PARTITIONERS = { hash: hashPartitioner, even: evenPartitioner } as const;
export type PartitionerName = keyof typeof PARTITIONERS;
