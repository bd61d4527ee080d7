import { createHash } from 'node:crypto';
import { murmur2 } from '#lib/kafka/client/partitioner.ts';

/** A key and its records. */
export interface KeyCount {
  records: number;
  /** the partition of its first record */
  readonly partition: number;
  /** whether other records lie in another partition */
  isScattered: boolean;
}

/** How a topic's records lie in its partitions. */
export interface Tally {
  /** by partition */
  readonly records: number[];
  /** by {@link nameOf} */
  readonly keys: ReadonlyMap<string, KeyCount>;
  readonly withoutKey: number;
  /** records of keys that came after {@link MOST_KEYS} others: no key of theirs is counted */
  readonly uncounted: number;
  /** records that don't lie where Kafka's hash of their key leads with this number of partitions */
  readonly elsewhere: number;
  /** the records of each partition if Kafka's hash had another number of partitions to choose from */
  readonly planned: number[];
}

/** More keys than this are too many for the memory of a command: about 150 MB. */
const MOST_KEYS = 1_000_000;
/** A longer key is remembered by its hash. */
const LONGEST = 64;

export interface Tallying {
  readonly tally: Tally;
  readonly add: (partition: number, key: Buffer | null) => void;
}

/**
 * Counts records by partition and key.
 * @param partitions the topic's number of partitions
 * @param planned another number of partitions
 */
export function startTally(partitions: number, planned: number, mostKeys: number = MOST_KEYS): Tallying {
  const keys = new Map<string, KeyCount>();
  const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
  const tally = {
    records: zeros(partitions),
    keys,
    withoutKey: 0,
    uncounted: 0,
    elsewhere: 0,
    planned: zeros(planned),
  };
  return {
    tally,
    add(partition, key) {
      increment(tally.records, partition);
      if (key === null) {
        // Kafka's clients send records without a key to the partitions in turn.
        increment(tally.planned, tally.withoutKey++ % planned);
        return;
      }
      const hash = murmur2(key) & 0x7fffffff;
      increment(tally.planned, hash % planned);
      if (hash % partitions !== partition) tally.elsewhere++;
      const name = nameOf(key);
      const known = keys.get(name);
      if (known !== undefined) {
        known.records++;
        if (known.partition !== partition) known.isScattered = true;
      } else if (keys.size < mostKeys) {
        keys.set(name, { records: 1, partition, isScattered: false });
      } else tally.uncounted++;
    },
  };
}

/** A key as text from which its bytes can be read again; of a long key its hash. */
function nameOf(key: Buffer): string {
  return key.length > LONGEST
    ? `#${createHash('sha256').update(key).digest('hex').slice(0, 32)}`
    : `=${key.toString('latin1')}`;
}

/** A key for a person, on one line: no control character reaches the terminal. */
export function keyText(name: string): string {
  if (name.startsWith('#')) return `(a key over ${LONGEST} bytes with SHA-256 ${name.slice(1)}…)`;
  const text = Buffer.from(name.slice(1), 'latin1').toString('utf8');
  return JSON.stringify(text).replaceAll(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '?');
}

function increment(counts: number[], at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}

/** The largest number divided by the mean; 1 if all are equal. */
export function skewOf(counts: readonly number[]): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return mean > 0 ? Math.max(...counts) / mean : 1;
}
