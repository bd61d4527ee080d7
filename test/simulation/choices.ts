/** The choices of a history, in the order in which they were made. 0 is always the simplest one. */
export interface Recorded {
  /** what there is to do: records, batches */
  readonly work: readonly number[];
  /** what happens: who is next, and what fails */
  readonly events: readonly number[];
}

/**
 * The source of every choice of a history. The same seed makes the same choices. Instead of a seed, recorded choices can
 * be played again; after their end, every choice is the simplest one. So a shorter record is a simpler history.
 */
export class Choices {
  readonly #random: () => number;
  readonly #recorded: Recorded | undefined;
  readonly #made = { work: [] as number[], events: [] as number[] };

  constructor(from: number | Recorded) {
    this.#random = randomOf(typeof from === 'number' ? from : 0);
    this.#recorded = typeof from === 'number' ? undefined : from;
  }

  get made(): Recorded {
    return this.#made;
  }

  /** A choice of work: from 0 to `count - 1`. */
  work(count: number): number {
    return this.#make('work', count, () => Math.floor(this.#random() * count));
  }

  /** A choice of work between values, the simplest first. */
  oneOf<T>(...values: readonly T[]): T {
    return values[this.work(values.length)] as T;
  }

  /** Whether an event happens. */
  chance(probability: number): boolean {
    return this.event(2, probability) === 1;
  }

  /** An event from 0 to `count - 1`. @param probability of any other than 0 */
  event(count: number, probability: number): number {
    return this.#make('events', count, () =>
      count > 1 && this.#random() < probability ? 1 + Math.floor(this.#random() * (count - 1)) : 0,
    );
  }

  #make(kind: keyof Recorded, count: number, draw: () => number): number {
    const made = this.#made[kind];
    const choice = this.#recorded ? Math.min(this.#recorded[kind][made.length] ?? 0, count - 1) : draw();
    made.push(choice);
    return choice;
  }
}

/** Numbers from 0 to 1: Mulberry32. */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
