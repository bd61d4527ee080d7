import type { Deadline } from '#lib/deadline.ts';

/** Where in a partition marked records may lie: from `from` on, before `to`. */
export interface Range {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** The marked records, as far as Kafka alone tells: each store is asked for itself. */
export interface Marked {
  readonly topic: string;
  /** what their keys begin with */
  readonly marker: string;
  readonly count: number;
  /** of every partition that has grown meanwhile */
  readonly ranges: readonly Range[];
  /** ms since the epoch: their timestamps lie between the two */
  readonly since: number;
  readonly until: number;
}

/** A store. */
export interface Place {
  /** as a person calls it */
  readonly name: string;
  /** The keys of the marked records that it holds. @throws TransientError where it is away */
  readonly find: (marked: Marked, deadline: Deadline) => Promise<ReadonlySet<string>>;
  /** Removes what it holds of them; absent where they stay. @throws TransientError where it is away */
  readonly remove?: (marked: Marked, deadline: Deadline) => Promise<void>;
}
