import type { Run } from './run.ts';
import { NO_PROGRESS, type Progress, type Reached, type WindowStore } from './store.ts';
import { WINDOW_MS, windowOf } from './window.ts';

/** The later of each time. */
export function latest(one: Reached, other: Reached = one): Reached {
  return {
    streamTime: Math.max(one.streamTime, other.streamTime),
    touchedAt: Math.max(one.touchedAt, other.touchedAt),
  };
}

/**
 * The key of the state that has the stream time and the wall clock of steady batches, which don't write progress. Such a
 * batch doesn't move stream time to another window, so the progress before it leads to the same state.
 */
export const carrierKey = (partition: number, streamTime: number) => ({
  start: windowOf(streamTime),
  partition,
  bucket: 0,
});

/** Reads a partition's progress, with what steady batches have reached since it was written. */
export async function readProgress(partition: number, store: WindowStore, { deadline }: Run): Promise<Progress> {
  const progress = await store.readProgress(partition, deadline);
  if (progress.version === NO_PROGRESS.version) return progress;
  const [carrier] = await store.readStates([carrierKey(partition, progress.streamTime)], deadline);
  return { ...progress, ...latest(progress, carrier?.reached) };
}

/** What a batch, or the schedule, changes in a partition's progress. */
export interface Step {
  readonly streamTime: number;
  /** windows that may have orders in no result yet */
  readonly opened: readonly number[];
  /** windows that were found with nothing left to produce since that progress was read */
  readonly closed: readonly number[];
  readonly touchedAt: number;
  readonly forgottenThrough: number;
}

/** The progress after a step, also if another worker wrote in between. */
export function advance(
  from: Progress,
  { streamTime, opened, closed, touchedAt, forgottenThrough }: Step,
): Omit<Progress, 'version'> {
  const open = new Set([...from.open, ...opened]);
  for (const start of closed) open.delete(start);
  return {
    streamTime: Math.max(from.streamTime, streamTime),
    closedThrough: closed.reduce((latest, start) => Math.max(latest, start + WINDOW_MS), from.closedThrough),
    open: [...open].sort((a, b) => a - b),
    touchedAt: Math.max(from.touchedAt, touchedAt),
    forgottenThrough: Math.max(from.forgottenThrough, forgottenThrough),
  };
}

/**
 * Writes a batch's step, also if it changes nothing. A worker that is about to take a window off the list then sees a
 * new version, and knows that there may be orders that it hasn't seen. Only steady batches (aggregator.ts) don't write.
 *
 * For the same reason, closed windows leave the list only if no other worker wrote since `from` was read. Otherwise
 * they stay, and a later call finds that they have nothing left to produce.
 */
export async function writeStep(
  partition: number,
  from: Progress,
  step: Step,
  store: WindowStore,
  run: Run,
): Promise<Progress> {
  if (from.version === NO_PROGRESS.version) await store.register(partition, run.deadline);
  let [base, change] = [from, step];
  for (;;) {
    const next = { ...advance(base, change), version: base.version + 1 };
    if (await store.writeProgress(partition, next, base.version, run.deadline)) {
      run.counts.progressWrites += 1;
      return next;
    }
    run.counts.conflicts += 1;
    base = await readProgress(partition, store, run);
    change = { ...step, closed: [] };
  }
}
