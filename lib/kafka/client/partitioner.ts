import { type ICustomPartitioner, Partitioners } from 'kafkajs';

const MULTIPLIER = 0x5bd1e995;
const SEED = 0x9747b28c;

/**
 * The hash from which Kafka's own clients choose a key's partition, as a signed number (Kafka, `Utils.murmur2`).
 * kafkajs 2.2.4 has it too, but computes with numbers that grow with the key: a key of 1 MB would take minutes.
 */
export function murmur2(key: Buffer): number {
  let hash = SEED ^ key.length;
  const whole = key.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    const word = Math.imul(key.readInt32LE(at), MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word ^ (word >>> 24), MULTIPLIER);
  }
  if (whole < key.length) {
    hash = Math.imul(hash ^ key.readUIntLE(whole, key.length - whole), MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/**
 * Chooses a key's partition as Kafka's own clients do, unless the message names one. A record without a key goes where
 * kafkajs puts it.
 */
export const keyPartitioner: ICustomPartitioner = () => {
  const partitionOf = Partitioners.DefaultPartitioner();
  return (choice) => {
    const { key, partition } = choice.message;
    if (partition !== undefined) return partition;
    if (key === null || key === undefined) return partitionOf(choice);
    const bytes = typeof key === 'string' ? Buffer.from(key) : key;
    return (murmur2(bytes) & 0x7fffffff) % choice.partitionMetadata.length;
  };
};
