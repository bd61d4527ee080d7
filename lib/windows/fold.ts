import { PermanentError } from '../errors.ts';
import type { Held, HeldStates } from './held-states.ts';
import type { Run } from './run.ts';
import type { PackedState, WindowOrder } from './state.ts';
import type { StateKey, WindowStore } from './store.ts';

/** Orders of one state, in the order of their partition. */
export interface Group<O extends WindowOrder> {
  readonly key: StateKey;
  readonly orders: O[];
}

/** An order that can't be counted for what it is. */
export interface RefusedOrder<O extends WindowOrder> {
  readonly order: O;
  readonly error: PermanentError;
}

export interface Folded<O extends WindowOrder> {
  /** the state has orders that are in no result yet */
  readonly dirty: boolean;
  readonly refused: readonly RefusedOrder<O>[];
}

/** 400 KB ("Service, account, and table quotas"), but for the item's other attributes. */
export const STATE_LIMIT_BYTES = 400 * 1024 - 1024;

/**
 * Counts a batch's orders of one state, each once, in one write under the version that was read. Where another worker
 * wrote in between, they are counted again onto what that one left.
 */
export async function fold<O extends WindowOrder>(
  { key, orders }: Group<O>,
  first: Held,
  { store, states }: { store: WindowStore; states: HeldStates },
  run: Run,
): Promise<Folded<O>> {
  for (let held = first; ; held = await states.read(key, run)) {
    const { state, version } = held;
    const fresh = orders.filter((order) => state.apply(order));
    if (fresh.length > 0) {
      const packed = state.pack();
      const bytes = bytesOf(packed);
      if (bytes > STATE_LIMIT_BYTES) return { dirty: version > 0, refused: fresh.map((order) => full(order, bytes)) };
      if (!(await store.writeState(key, packed, version, run.deadline))) {
        run.counts.conflicts += 1;
        continue;
      }
      run.counts.stateWrites += 1;
      run.counts.stateBytes += bytes;
    }
    run.counts.applied += fresh.length;
    run.counts.duplicates += orders.length - fresh.length;
    states.giveBack(key, { state, version: fresh.length > 0 ? version + 1 : version });
    return { dirty: state.dirty, refused: [] };
  }
}

export const bytesOf = ({ products, offsets }: PackedState): number => products.length + offsets.length;

const full = <O extends WindowOrder>(order: O, bytes: number): RefusedOrder<O> => ({
  order,
  error: new PermanentError(
    'WINDOW_FULL',
    `the window's state would have ${bytes} bytes, over ${STATE_LIMIT_BYTES}: raise WINDOW_BUCKETS (one per 1,000 products)`,
  ),
});
