import type { Run } from '../run.ts';
import type { Reached, StateKey, StoredState, WindowStore } from '../store.ts';
import { WindowState } from './state.ts';

/** A state as this worker last read or wrote it. */
export interface Held {
  readonly state: WindowState;
  readonly version: number;
  readonly reached?: Reached | undefined;
}

/** A state to work on. */
export interface Taken extends Held {
  /** it was kept since an earlier batch; false if it was read from the table */
  readonly kept: boolean;
}

/** The most memory for the states that are kept. It is far more than the open windows need. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** About the size of a state without orders, in bytes. */
const EMPTY_BYTES = 1_024;

/** The most states that are worked on at the same time, each up to 400 KB packed; also the most keys in one read. */
const AT_ONCE = 100;

/**
 * The states that an execution environment has in memory: those that it works on, at most 100 at a time, and those that
 * it keeps between batches, up to 64 MB.
 *
 * An old state does no harm: its write is refused. Taking a state removes it from here, so that only one task has it.
 * Give it back only when it equals the table's item: a state that was changed but not written must never be found here.
 */
export class HeldStates {
  readonly #held = new Map<string, { held: Held; bytes: number }>();
  readonly #store: WindowStore;
  #bytes = 0;
  #free = AT_ONCE;
  #waiting: (() => void)[] = [];

  constructor(store: WindowStore) {
    this.#store = store;
  }

  /**
   * Works on states in slices, one after the other. All tasks of this environment share the limit of a hundred states.
   * @param items one per state
   */
  async inSlices<T, R>(items: readonly T[], work: (slice: readonly T[]) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    for (let i = 0; i < items.length; i += AT_ONCE) {
      const slice = items.slice(i, i + AT_ONCE);
      results.push(await this.#whenFree(slice.length, () => work(slice)));
    }
    return results;
  }

  async #whenFree<R>(states: number, work: () => Promise<R>): Promise<R> {
    while (this.#free < states) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free -= states;
    try {
      return await work();
    } finally {
      this.#free += states;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }

  take(key: StateKey): Held | undefined {
    const name = nameOf(key);
    const found = this.#held.get(name);
    if (found !== undefined) this.#forget(name, found.bytes);
    return found?.held;
  }

  /** Takes the kept states, and reads the others from the table. */
  async takeAll(keys: readonly StateKey[], { deadline }: Run): Promise<Taken[]> {
    const remembered = keys.map((key) => this.take(key));
    const unknown = keys.filter((_, i) => remembered[i] === undefined);
    const read = (unknown.length === 0 ? [] : await this.#store.readStates(unknown, deadline)).values();
    return remembered.map((held) => (held ? { ...held, kept: true } : { ...heldOf(read.next().value), kept: false }));
  }

  async read(key: StateKey, run: Run): Promise<Held> {
    return (await this.readAll([key], run))[0] as Held;
  }

  /** Reads the states from the table. */
  async readAll(keys: readonly StateKey[], { deadline }: Run): Promise<Held[]> {
    return (await this.#store.readStates(keys, deadline)).map(heldOf);
  }

  /** Keeps a state. If there are too many, the one that was given back first is dropped. */
  giveBack(key: StateKey, held: Held): void {
    const name = nameOf(key);
    const before = this.#held.get(name);
    if (before !== undefined) this.#forget(name, before.bytes);
    const bytes = held.state.memoryBytes + EMPTY_BYTES;
    this.#held.set(name, { held, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#held) {
      if (this.#bytes <= KEPT_BYTES) break;
      this.#forget(oldest, freed);
    }
  }

  #forget(name: string, bytes: number): void {
    this.#held.delete(name);
    this.#bytes -= bytes;
  }
}

const nameOf = ({ start, partition, bucket }: StateKey) => `${start}/${partition}/${bucket}`;

/** If there is no item, the state has no orders. */
export function heldOf(stored: StoredState | undefined): Held {
  if (stored === undefined) return { state: new WindowState(), version: 0, reached: undefined };
  return { state: new WindowState(stored), version: stored.version, reached: stored.reached };
}
