import type { Deadline } from '../deadline.ts';
import type { PackedState } from './state/state.ts';

/** Where a state lies. `start` is the window's, in ms; `partition` that of the topic that is aggregated. */
export interface StateKey {
  readonly start: number;
  readonly partition: number;
  readonly bucket: number;
}

/** `version` grows with every write, from 1 on. */
export interface StoredState extends PackedState {
  readonly version: number;
}

/** What is fixed for a window, and who has a part in it. */
export interface Head {
  readonly buckets: number;
  /** every partition that may have a state of this window: one joins before its first state is written */
  readonly partitions: readonly number[];
  /** when the table may forget it, in epoch seconds */
  readonly expiresAt: number;
}

/** How far a partition is. Times in ms since the epoch. */
export interface Progress {
  readonly version: number;
  /** the highest event time of the orders that are counted */
  readonly streamTime: number;
  /** the highest end of a window that was closed; -Infinity before the first */
  readonly closedThrough: number;
  /** windows that end by then were closed before the partition was idle for longer than their states live: -Infinity if none */
  readonly forgottenThrough: number;
  /** starts of the windows that have orders in no result yet, and maybe of some that have none left */
  readonly open: readonly number[];
  /** wall clock of the last batch */
  readonly touchedAt: number;
}

/** Before the first batch. */
export const NO_PROGRESS: Progress = {
  version: 0,
  streamTime: Number.NEGATIVE_INFINITY,
  closedThrough: Number.NEGATIVE_INFINITY,
  forgottenThrough: Number.NEGATIVE_INFINITY,
  open: [],
  touchedAt: 0,
};

/**
 * The windows' table. Every read is strongly consistent, of each item by itself: several items of one call may be read
 * at different times. A write takes effect where the item still has the version `over` (0: there is none), and says so;
 * a call that fails may have taken effect.
 */
export interface WindowStore {
  readStates(keys: readonly StateKey[], deadline: Deadline): Promise<(StoredState | undefined)[]>;
  /** The packed products of states, without their offsets. */
  readProducts(keys: readonly StateKey[], deadline: Deadline): Promise<(Uint8Array | undefined)[]>;
  writeState(key: StateKey, state: PackedState, over: number, deadline: Deadline): Promise<boolean>;

  readHeads(starts: readonly number[], deadline: Deadline): Promise<(Head | undefined)[]>;
  /** Adds a partition to a window, whose number of buckets is that of the first who joined. Again: changes nothing. */
  join(start: number, partition: number, buckets: number, deadline: Deadline): Promise<Head>;

  readProgress(partition: number, deadline: Deadline): Promise<Progress>;
  writeProgress(partition: number, progress: Progress, over: number, deadline: Deadline): Promise<boolean>;

  /** Adds a partition to those that {@link WindowStore.partitions} gives. Again: changes nothing. */
  register(partition: number, deadline: Deadline): Promise<void>;
  /** Every partition that has progress. */
  partitions(deadline: Deadline): Promise<readonly number[]>;
}
