import { PermanentError } from '../errors.ts';
import { type Group, groupsOf } from './group.ts';
import type { Run } from './run.ts';
import type { Held, HeldStates } from './state/held-states.ts';
import type { WindowOrder } from './state/state.ts';
import type { WindowStore } from './store.ts';
import { WINDOW_MS, type WindowRules, windowOf } from './window.ts';

/**
 * Separates late orders from duplicates. An order that looks late may already be counted: in an earlier delivery, or
 * earlier in this batch. So this is called after the other orders of the batch are counted. It reads the states again,
 * and never creates a window for such an order.
 * @returns the orders that are late, and the windows with orders in no result yet
 */
export async function findLate<O extends WindowOrder>(
  partition: number,
  orders: readonly O[],
  { store, states }: { store: WindowStore; states: HeldStates },
  run: Run,
): Promise<{ late: readonly O[]; opened: readonly number[] }> {
  const starts = [...new Set(orders.map(({ at }) => windowOf(at)))];
  if (starts.length === 0) return { late: [], opened: [] };
  const heads = await store.readHeads(starts, run.deadline);
  const buckets = new Map(starts.flatMap((start, i) => (heads[i] === undefined ? [] : [[start, heads[i].buckets]])));
  const hasWindow = ({ at }: O) => buckets.has(windowOf(at));
  const groups = groupsOf(partition, orders.filter(hasWindow), buckets);
  const found = (await states.inSlices(groups, (slice) => lookUp(slice, states, run))).flat();

  const late = [...orders.filter((order) => !hasWindow(order)), ...found.flatMap(({ unknown }) => unknown)];
  run.counts.late += late.length;
  run.counts.duplicates += orders.length - late.length;
  return { late, opened: found.filter(({ dirty }) => dirty).map(({ start }) => start) };
}

async function lookUp<O extends WindowOrder>(groups: readonly Group<O>[], states: HeldStates, run: Run) {
  const keys = groups.map(({ key }) => key);
  const held = await states.readAll(keys, run);
  return groups.map(({ key: { start }, orders }, i) => {
    const { state } = held[i] as Held;
    return { start, dirty: state.dirty, unknown: orders.filter((order) => !state.has(order)) };
  });
}

/**
 * Whether an order's window is closed and its state possibly deleted. A new state would give a result that is smaller
 * than the one already produced.
 */
export const isForgotten = (at: number, forgottenThrough: number): boolean =>
  windowOf(at) + WINDOW_MS <= forgottenThrough;

export const lateError = ({ at }: WindowOrder, forgottenThrough: number, { latenessMs }: WindowRules): PermanentError =>
  new PermanentError(
    'LATE',
    isForgotten(at, forgottenThrough)
      ? 'timestamp: its window was closed, and its state was deleted while the partition was idle'
      : `timestamp: over ${latenessMs / 1000} s older than the newest order of its partition`,
  );
