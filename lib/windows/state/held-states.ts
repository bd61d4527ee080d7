import type { Run } from '../run.ts';
import type { StateKey, StoredState, WindowStore } from '../store.ts';
import { WindowState } from './state.ts';

/** A state as this worker last read or wrote it. */
export interface Held {
  readonly state: WindowState;
  readonly version: number;
}

/** What the states remembered may take in memory: far more windows than are open at a time. */
const REMEMBERED_BYTES = 64 * 1024 * 1024;
/** About what a state that holds nothing takes. */
const EMPTY_BYTES = 1_024;

/** States worked on at a time, packed up to 400 KB each; and the keys that one read has. */
const AT_ONCE = 100;

/**
 * The states that an execution environment has in memory: those that it works on, no more than 100 at a time, and those
 * that it remembers between batches, up to 64 MB. One that is old does no harm: its write is refused. Who takes one has
 * it alone, and gives it back only once it is as the table has it: a state that was changed and not written must never
 * be found here.
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
   * Does work on states in slices, one after the other. Everybody who works on states of this environment at the same
   * time has a share of the hundred.
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

  /** As the table has them, of those that aren't remembered. */
  async takeAll(keys: readonly StateKey[], { deadline }: Run): Promise<Held[]> {
    const remembered = keys.map((key) => this.take(key));
    const unknown = keys.filter((_, i) => remembered[i] === undefined);
    const read = (unknown.length === 0 ? [] : await this.#store.readStates(unknown, deadline)).values();
    return remembered.map((held) => held ?? heldOf(read.next().value));
  }

  async read(key: StateKey, run: Run): Promise<Held> {
    return (await this.readAll([key], run))[0] as Held;
  }

  /** As the table has them now. */
  async readAll(keys: readonly StateKey[], { deadline }: Run): Promise<Held[]> {
    return (await this.#store.readStates(keys, deadline)).map(heldOf);
  }

  /** The one that was given back first is forgotten first. */
  giveBack(key: StateKey, held: Held): void {
    const name = nameOf(key);
    const before = this.#held.get(name);
    if (before !== undefined) this.#forget(name, before.bytes);
    const bytes = held.state.memoryBytes + EMPTY_BYTES;
    this.#held.set(name, { held, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#held) {
      if (this.#bytes <= REMEMBERED_BYTES) break;
      this.#forget(oldest, freed);
    }
  }

  #forget(name: string, bytes: number): void {
    this.#held.delete(name);
    this.#bytes -= bytes;
  }
}

const nameOf = ({ start, partition, bucket }: StateKey) => `${start}/${partition}/${bucket}`;

/** A state that isn't there is one without orders. */
export function heldOf(stored: StoredState | undefined): Held {
  if (stored === undefined) return { state: new WindowState(), version: 0 };
  return { state: new WindowState(stored), version: stored.version };
}
