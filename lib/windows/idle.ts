import { within } from '../deadline.ts';
import { closeWindows } from './close.ts';
import { advance, readProgress } from './progress.ts';
import type { Run } from './run.ts';
import { HeldStates } from './state/held-states.ts';
import type { Progress, WindowStore } from './store.ts';
import { isDue, type WindowRules } from './window.ts';

export interface IdleRules extends Pick<WindowRules, 'graceMs'> {
  /** a partition without a batch for this long is idle, in ms of wall clock */
  readonly idleMs: number;
}

/**
 * The least time that a partition gets, in ms. Each gets only a share of the time, so that one that hangs leaves some
 * to the others.
 */
const LEAST_SHARE_MS = 10_000;
const MINUTE_MS = 60_000;

/**
 * Closes the windows that batches left open: in an idle partition, those whose end plus grace is before the wall clock;
 * in any partition, those whose end plus grace is before stream time. If time runs out, the next call goes on. An order
 * that comes later is counted and corrects the result.
 *
 * A partition that fails doesn't stop the others: each gets a share of the time, and each minute another partition is
 * first.
 * @throws the first error, after every partition had its turn
 */
export async function closeIdle(store: WindowStore, rules: IdleRules, run: Run): Promise<void> {
  const partitions = await store.partitions(run.deadline);
  const first = Math.floor(run.now / MINUTE_MS) % Math.max(1, partitions.length);
  const turns = [...partitions.slice(first), ...partitions.slice(0, first)];
  const errors: unknown[] = [];
  for (const [i, partition] of turns.entries()) {
    const share = Math.max(LEAST_SHARE_MS, run.deadline.remaining() / (turns.length - i));
    try {
      await closePartition(partition, store, rules, { ...run, deadline: within(share, run.deadline) });
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

async function closePartition(partition: number, store: WindowStore, rules: IdleRules, run: Run): Promise<void> {
  // Progress must be read before the states: see writeStep.
  const progress = await readProgress(partition, store, run);
  const clock = clockOf(progress, rules, run.now);
  const due = progress.open.filter((start) => isDue(start, clock, rules));
  const nothingKnown = () => undefined;
  const closed = await closeWindows(partition, due, { store, states: new HeldStates(store) }, nothingKnown, run);
  if (closed.length === 0) return;
  const next = { ...advance(progress, { ...progress, opened: [], closed }), version: progress.version + 1 };
  if (await store.writeProgress(partition, next, progress.version, run.deadline)) run.counts.progressWrites += 1;
  // A batch wrote in between: the windows stay on the list, and the next call finds nothing left to produce.
  else run.counts.conflicts += 1;
}

function clockOf({ streamTime, touchedAt }: Progress, { idleMs }: IdleRules, now: number): number {
  return now - touchedAt >= idleMs ? Math.max(streamTime, now) : streamTime;
}
