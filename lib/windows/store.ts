import type { Deadline } from '../deadline.ts';
import type { PackedState } from './state/state.ts';

/** The key of a state. `start` is the window's, in ms; `partition` is that of the aggregated topic. */
export interface StateKey {
  readonly start: number;
  readonly partition: number;
  readonly bucket: number;
}

/** How far a partition was after a batch. */
export interface Reached {
  /** the highest event time of the orders that are counted, in ms since the epoch */
  readonly streamTime: number;
  /** wall clock of the batch, in ms since the epoch */
  readonly touchedAt: number;
}

/** What is written of a state. */
export interface StateItem extends PackedState {
  /** set if batches counted into this state without writing progress: see docs/windows.md, "A steady batch" */
  readonly reached?: Reached | undefined;
}

/** `version` is 1 after the first write and grows by 1 with each further write. */
export interface StoredState extends StateItem {
  readonly version: number;
}

/** A window's number of buckets, which is fixed, and the partitions with orders in it. */
export interface Head {
  readonly buckets: number;
  /** every partition that may have a state of this window: it is added before its first state is written */
  readonly partitions: readonly number[];
  /** when the table may delete it, in epoch seconds */
  readonly expiresAt: number;
}

/** The progress of a partition. Times are in ms since the epoch. */
export interface Progress extends Reached {
  readonly version: number;
  /** the latest end of a closed window; -Infinity before the first */
  readonly closedThrough: number;
  /**
   * the latest end of a closed window whose state may be deleted, because the partition was idle for longer than states
   * live; -Infinity if there is none
   */
  readonly forgottenThrough: number;
  /** starts of the windows that have orders in no result yet; some may have nothing left to produce */
  readonly open: readonly number[];
}

/** The progress before the first batch. */
export const NO_PROGRESS: Progress = {
  version: 0,
  streamTime: Number.NEGATIVE_INFINITY,
  closedThrough: Number.NEGATIVE_INFINITY,
  forgottenThrough: Number.NEGATIVE_INFINITY,
  open: [],
  touchedAt: 0,
};

/**
 * The windows' table. Every read is strongly consistent for each item alone: the items of one call may be read at
 * different times. A write takes effect only if the item still has the version `expected` (0: there is no item), and
 * returns whether it did. A call that fails may have taken effect.
 */
export interface WindowStore {
  readStates(keys: readonly StateKey[], deadline: Deadline): Promise<(StoredState | undefined)[]>;
  /** The packed products of states, without their offsets. */
  readProducts(keys: readonly StateKey[], deadline: Deadline): Promise<(Uint8Array | undefined)[]>;
  writeState(key: StateKey, state: StateItem, expected: number, deadline: Deadline): Promise<boolean>;

  readHeads(starts: readonly number[], deadline: Deadline): Promise<(Head | undefined)[]>;
  /** Adds a partition to a window. The first partition fixes the number of buckets. Idempotent. */
  join(start: number, partition: number, buckets: number, deadline: Deadline): Promise<Head>;

  /** The item. Later batches may have written only states: `readProgress` in progress.ts knows these too. */
  readProgress(partition: number, deadline: Deadline): Promise<Progress>;
  writeProgress(partition: number, progress: Progress, expected: number, deadline: Deadline): Promise<boolean>;

  /** Adds a partition to those that {@link WindowStore.partitions} returns. Idempotent. */
  register(partition: number, deadline: Deadline): Promise<void>;
  /** Every partition that has progress. */
  partitions(deadline: Deadline): Promise<readonly number[]>;
}
