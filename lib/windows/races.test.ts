import { memoryWindows } from './memory-store.fixture.ts';
import { expected, type LogOrder, largest, Model } from './model.fixture.ts';

/**
 * Interrupts an action between any two of its calls with two other actions, which run to their end at that point. No
 * order is delivered twice, so no redelivery repairs a mistake.
 */
class Race {
  readonly log: LogOrder[] = [];
  readonly model: Model;
  /** calls of the interrupted action; each item of a read counts as a call */
  ticks = 0;
  #waiting: (() => Promise<unknown>)[][] = [];
  #interrupting = false;

  constructor() {
    this.model = new Model(memoryWindows(), { turn: (when) => this.#turn(when) });
  }

  async #turn(when: 'before' | 'after'): Promise<void> {
    // "After a call" is the same point as "before the next call".
    if (this.#interrupting || when === 'after') return;
    const now = this.#waiting[this.ticks++] ?? [];
    this.#interrupting = true;
    for (const action of now) await action();
    this.#interrupting = false;
  }

  /** Runs an action; each of the others runs before the action's call with its number. */
  async run(action: () => Promise<unknown>, others: readonly [number, () => Promise<unknown>][]): Promise<void> {
    this.ticks = 0;
    this.#waiting = [];
    for (const [at, other] of others) this.#waiting[at] = [...(this.#waiting[at] ?? []), other];
    await action();
    for (const late of this.#waiting.slice(this.ticks).flat()) await late();
    this.#waiting = [];
  }

  /** An order of the only product, in the window from 0 to 60 s or after it. */
  order(partition: number, seconds: number): LogOrder {
    const offset = this.log.length;
    const own = { partition, productId: 'p', cents: 2 ** offset, at: seconds * 1_000, raw: 'orders-0', offset };
    this.log.push(own);
    return own;
  }
}

type Action = (race: Race, known: ReturnType<Model['worker']>) => Promise<unknown>;

const counts =
  (partition: number, ...seconds: number[]): Action =>
  (race) => {
    const own = seconds.map((second) => race.order(partition, second));
    return race.model.worker().aggregate(partition, own, race.model.run());
  };

const ACTIONS: Readonly<Record<string, Action>> = {
  'a worker counts': counts(0, 5),
  'a worker counts and closes': counts(0, 5, 100),
  'a worker of another partition counts': counts(1, 5),
  'a worker of another partition counts and closes': counts(1, 5, 100),
  'the schedule closes': ({ model }) => model.schedule(),
};

/** Actions that are interrupted. `known` is the first worker, which keeps states in memory. */
const INTERRUPTED: Readonly<Record<string, Action>> = {
  'a worker counts and closes': counts(0, 5, 100),
  'the schedule closes': ({ model }) => model.schedule(),
  'the first worker counts again': (race, known) => known.aggregate(0, [race.order(0, 6)], race.model.run()),
  'the first worker closes': (race, known) => known.aggregate(0, [race.order(0, 110)], race.model.run()),
};

const BEGINNINGS: Readonly<Record<string, readonly number[]>> = {
  'there is no window': [],
  'the window is open': [5],
  'the window is closed': [5, 100],
};

async function play(beginning: readonly number[], name: string, others: readonly [number, string][]): Promise<number> {
  const race = new Race();
  const known = race.model.worker();
  for (const second of beginning) await known.aggregate(0, [race.order(0, second)], race.model.run());
  await race.run(
    () => (INTERRUPTED[name] as Action)(race, known),
    others.map(([at, other]) => [at, () => (ACTIONS[other] as Action)(race, known)]),
  );
  const { ticks } = race;
  // The first worker's kept states may be old, and it must notice that.
  await known.aggregate(0, [race.order(0, 120)], race.model.run());
  await race.model.drain();
  expect(largest(race.model.produced)).toEqual(expected(race.log).results);
  return ticks;
}

test.each(
  Object.keys(BEGINNINGS).flatMap((beginning) => Object.keys(INTERRUPTED).map((name) => [beginning, name] as const)),
)('results are exact: %s, %s, and any two other actions run in between', async (beginning, name) => {
  const begun = BEGINNINGS[beginning] as readonly number[];
  const calls = await play(begun, name, []);
  for (const first of Object.keys(ACTIONS)) {
    for (const second of Object.keys(ACTIONS)) {
      for (let i = 0; i < calls; i += 1) {
        for (let j = i; j < calls; j += 1) {
          await play(begun, name, [
            [i, first],
            [j, second],
          ]);
        }
      }
    }
  }
});
