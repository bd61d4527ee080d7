import { PermanentError } from '../../errors.ts';
import type { Group } from '../group.ts';
import type { Run } from '../run.ts';
import type { WindowStore } from '../store.ts';
import type { Held, HeldStates } from './held-states.ts';
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
  readonly refused: readonly RefusedOrder<O>[];
}

/**
 * Counts a batch's orders of one state, each once, in one write that is refused if the state's version changed since
 * the read. If it is refused, they are counted again into what the other worker wrote. Orders that don't fit into the
 * state are returned as refused.
 */
export async function fold<O extends WindowOrder>(
  { key, orders }: Group<O>,
  first: Held,
  { store, states }: { store: WindowStore; states: HeldStates },
  run: Run,
): Promise<Folded<O>> {
  for (let held = first; ; held = await states.read(key, run)) {
    const { state, version, packed, counted, refused } = await count(held, orders, () => states.read(key, run));
    if (packed !== undefined) {
      if (!(await store.writeState(key, packed, version, run.deadline))) {
        run.counts.conflicts += 1;
        continue;
      }
      run.counts.stateWrites += 1;
      run.counts.stateBytes += bytesOf(packed);
    }
    run.counts.applied += counted.length;
    run.counts.duplicates += orders.length - counted.length - refused.length;
    states.giveBack(key, { state, version: packed === undefined ? version : version + 1 });
    return { dirty: state.dirty, refused: refused.map((order) => ({ order, error: full() })) };
  }
}

/** Counts orders into a state. `packed` is set if the state changed. */
async function count<O extends WindowOrder>(held: Held, orders: readonly O[], readAgain: () => Promise<Held>) {
  const { state, version } = held;
  const counted = orders.filter((order) => state.apply(order));
  if (counted.length === 0) return { state, version, counted, refused: [] };
  const { grown } = state;
  const packed = state.pack();
  if (hasRoom(packed, grown)) return { state, version, packed, counted, refused: [] };
  // This state holds too much now, and no order can be removed from it.
  const again = await readAgain();
  return { version: again.version, ...countFitting(again.state, orders) };
}

const full = () =>
  new PermanentError(
    'WINDOW_FULL',
    "the window's item has no room for another product: with over 1,000 products, raise the param windowBuckets to " +
      'one per 1,000 products before their orders come (docs/windows.md says how to count these orders afterwards)',
  );
