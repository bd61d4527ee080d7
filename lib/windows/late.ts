import { PermanentError } from '../errors.ts';
import { type Group, groupsOf } from './group.ts';
import type { Run } from './run.ts';
import type { Held, HeldStates } from './state/held-states.ts';
import type { WindowOrder } from './state/state.ts';
import type { WindowStore } from './store.ts';
import { WINDOW_MS, type WindowRules, windowOf } from './window.ts';

/**
 * An order that looks late may be one that was counted before stream time went on, be it in this very batch: called
 * once the others are counted, as what is in the set then is no news. The set is read afresh, and a window that isn't
 * there is never made for it.
 * @returns the orders that are late, and the windows found with orders in no result yet
 */
export async function sortOutLate<O extends WindowOrder>(
  partition: number,
  orders: readonly O[],
  { store, states }: { store: WindowStore; states: HeldStates },
  run: Run,
): Promise<{ late: readonly O[]; opened: readonly number[] }> {
  const starts = [...new Set(orders.map(({ at }) => windowOf(at)))];
  if (starts.length === 0) return { late: [], opened: [] };
  const heads = await store.readHeads(starts, run.deadline);
  const buckets = new Map(starts.flatMap((start, i) => (heads[i] === undefined ? [] : [[start, heads[i].buckets]])));
  const isThere = ({ at }: O) => buckets.has(windowOf(at));
  const groups = groupsOf(partition, orders.filter(isThere), buckets);
  const looked = await states.inSlices(groups, (slice) => lookAt(slice, states, run));

  const found = looked.flat();
  const late = [...orders.filter((order) => !isThere(order)), ...found.flatMap(({ unknown }) => unknown)];
  run.counts.late += late.length;
  run.counts.duplicates += orders.length - late.length;
  return { late, opened: found.filter(({ dirty }) => dirty).map(({ start }) => start) };
}

async function lookAt<O extends WindowOrder>(groups: readonly Group<O>[], states: HeldStates, run: Run) {
  const keys = groups.map(({ key }) => key);
  const held = await states.readAll(keys, run);
  return groups.map(({ key: { start }, orders }, i) => {
    const { state } = held[i] as Held;
    return { start, dirty: state.dirty, unknown: orders.filter((order) => !state.has(order)) };
  });
}

/** A fresh state in place of a forgotten one would give a result that is smaller than the one that is out. */
export const isForgotten = (at: number, forgottenThrough: number): boolean =>
  windowOf(at) + WINDOW_MS <= forgottenThrough;

export const lateError = ({ at }: WindowOrder, forgottenThrough: number, { latenessMs }: WindowRules): PermanentError =>
  new PermanentError(
    'LATE',
    isForgotten(at, forgottenThrough)
      ? 'timestamp: of a window that was closed, and forgotten while its partition was idle'
      : `timestamp: over ${latenessMs / 1000} s older than the newest order of its partition`,
  );
