import type { Run } from './run.ts';
import { WindowState } from './state.ts';
import type { StateKey, StoredState, WindowStore } from './store.ts';

/** A state as this worker last read or wrote it. */
export interface Held {
  readonly state: WindowState;
  readonly version: number;
}

/** States remembered; far more than the windows that are open at a time, and at most some 100 MB. */
const REMEMBERED = 256;

/**
 * The states that an execution environment remembers between batches. One that is old does no harm: its write is
 * refused. Who takes one has it alone, and gives it back only once it is as the table has it: a state that was changed
 * and not written must never be found here.
 */
export class HeldStates {
  readonly #held = new Map<string, Held>();
  readonly #store: WindowStore;

  constructor(store: WindowStore) {
    this.#store = store;
  }

  take(key: StateKey): Held | undefined {
    const name = nameOf(key);
    const held = this.#held.get(name);
    this.#held.delete(name);
    return held;
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

  giveBack(key: StateKey, held: Held): void {
    this.#held.set(nameOf(key), held);
    if (this.#held.size > REMEMBERED) this.#held.delete(this.#held.keys().next().value as string);
  }
}

const nameOf = ({ start, partition, bucket }: StateKey) => `${start}/${partition}/${bucket}`;

/** A state that isn't there is one without orders. */
export function heldOf(stored: StoredState | undefined): Held {
  if (stored === undefined) return { state: new WindowState(), version: 0 };
  return { state: WindowState.unpack(stored), version: stored.version };
}
