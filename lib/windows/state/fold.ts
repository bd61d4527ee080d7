import { PermanentError } from '../../errors.ts';
import type { Group } from '../group.ts';
import { latest } from '../progress.ts';
import type { Run } from '../run.ts';
import type { Reached, WindowStore } from '../store.ts';
import type { Held, HeldStates, Taken } from './held-states.ts';
import { bytesOf, countFitting, hasRoom } from './room.ts';
import type { WindowOrder } from './state.ts';

/** An order that can't be counted, and why. */
export interface RefusedOrder<O extends WindowOrder> {
  readonly order: O;
  readonly error: PermanentError;
}

export interface Folded<O extends WindowOrder> {
  /** the state has orders that are in no result yet */
  readonly dirty: boolean;
  /**
   * this worker had the state in memory, with orders in no result yet; nobody has written it since; and all orders of
   * the batch are in it now
   */
  readonly steady: boolean;
  /** orders were counted */
  readonly written: boolean;
  readonly refused: readonly RefusedOrder<O>[];
}

/**
 * Counts a batch's orders of one state, each once, in one write that is refused if the state's version changed since
 * the read. If it is refused, they are counted again into what the other worker wrote. Orders that don't fit into the
 * state are returned as refused.
 * @param reached written with the state. All other orders of the batch must be counted before.
 */
export async function fold<O extends WindowOrder>(
  { key, orders }: Group<O>,
  first: Taken,
  { store, states }: { store: WindowStore; states: HeldStates },
  run: Run,
  reached?: Reached,
): Promise<Folded<O>> {
  let steady = first.kept && first.state.dirty;
  for (let held: Held = first; ; held = await states.read(key, run)) {
    const { from, state, packed, counted, refused } = await count(held, orders, () => states.read(key, run));
    const next = { state, version: from.version, reached: from.reached };
    if (packed !== undefined) {
      next.version += 1;
      if (reached !== undefined) next.reached = latest(reached, from.reached);
      if (!(await store.writeState(key, { ...packed, reached: next.reached }, from.version, run.deadline))) {
        run.counts.conflicts += 1;
        steady = false;
        continue;
      }
      run.counts.stateWrites += 1;
      run.counts.stateBytes += bytesOf(packed);
    }
    run.counts.applied += counted.length;
    run.counts.duplicates += orders.length - counted.length - refused.length;
    states.giveBack(key, next);
    return {
      dirty: state.dirty,
      steady: steady && refused.length === 0,
      written: packed !== undefined,
      refused: refused.map((order) => ({ order, error: full() })),
    };
  }
}

/** Counts orders into a state. `packed` is set if the state changed. */
async function count<O extends WindowOrder>(held: Held, orders: readonly O[], readAgain: () => Promise<Held>) {
  const { state } = held;
  const counted = orders.filter((order) => state.apply(order));
  if (counted.length === 0) return { from: held, state, counted, refused: [] };
  const { grown } = state;
  const packed = state.pack();
  if (hasRoom(packed, grown)) return { from: held, state, packed, counted, refused: [] };
  // This state holds too much now, and no order can be removed from it.
  const from = await readAgain();
  return { from, ...countFitting(from.state, orders) };
}

const full = () =>
  new PermanentError(
    'WINDOW_FULL',
    "the window's item has no room for another product: with over 1,000 products, raise the param windowBuckets to " +
      'one per 1,000 products before their orders come (docs/windows.md says how to count these orders afterwards)',
  );
