import type { Deadline } from '#lib/deadline.ts';

/** Offsets of a partition that marked records may have: at least `from`, below `to`. */
export interface Range {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** The marked records, as known from Kafka. Each store is checked separately. */
export interface Marked {
  readonly topic: string;
  /** prefix of their keys */
  readonly marker: string;
  readonly count: number;
  /** of every partition with new records */
  readonly ranges: readonly Range[];
  /** ms since the epoch: their timestamps lie between the two */
  readonly since: number;
  readonly until: number;
}

/** A store. */
export interface Place {
  /** its name in messages */
  readonly name: string;
  /** The keys of the marked records in this store. @throws TransientError where it is unavailable */
  readonly find: (marked: Marked, deadline: Deadline) => Promise<ReadonlySet<string>>;
  /** Removes the marked records; absent where the store keeps them. @throws TransientError where it is unavailable */
  readonly remove?: (marked: Marked, deadline: Deadline) => Promise<void>;
}
