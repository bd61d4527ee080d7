import { memoryWindows } from './memory-store.fixture.ts';
import { expected, type LogOrder, largest, Model } from './model.fixture.ts';

/**
 * Every way in which two others can come in between any two calls of a third, where no order is delivered twice: so
 * nobody repairs what is left behind. The others run to their end there and then.
 */
class Race {
  readonly log: LogOrder[] = [];
  readonly model: Model;
  /** calls of who is interrupted; an item of a read counts as one */
  ticks = 0;
  #waiting: (() => Promise<unknown>)[][] = [];
  #interrupting = false;

  constructor() {
    this.model = new Model(
      memoryWindows(),
      () => 'none',
      (when) => this.#turn(when),
    );
  }

  async #turn(when: 'before' | 'after'): Promise<void> {
    // After a call is before the next one.
    if (this.#interrupting || when === 'after') return;
    const now = this.#waiting[this.ticks++] ?? [];
    this.#interrupting = true;
    for (const action of now) await action();
    this.#interrupting = false;
  }

  /** Runs an action, with others before its calls of these numbers. */
  async run(action: () => Promise<unknown>, others: readonly [number, () => Promise<unknown>][]): Promise<void> {
    this.ticks = 0;
    this.#waiting = [];
    for (const [at, other] of others) this.#waiting[at] = [...(this.#waiting[at] ?? []), other];
    await action();
    for (const late of this.#waiting.slice(this.ticks).flat()) await late();
    this.#waiting = [];
  }

  /** An order of the one product in the window from 0 to 60 s, or after it. */
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

/** Those that are interrupted; `known` is the worker that began, and remembers. */
const INTERRUPTED: Readonly<Record<string, Action>> = {
  'a worker counts and closes': counts(0, 5, 100),
  'the schedule closes': ({ model }) => model.schedule(),
  'who remembers counts': (race, known) => known.aggregate(0, [race.order(0, 6)], race.model.run()),
  'who remembers closes': (race, known) => known.aggregate(0, [race.order(0, 110)], race.model.run()),
};

const BEGINNINGS: Readonly<Record<string, readonly number[]>> = {
  'nothing is there': [],
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
  // Who remembers may be wrong about what the others left, and must find out.
  await known.aggregate(0, [race.order(0, 120)], race.model.run());
  await race.model.drain();
  expect(largest(race.model.produced)).toEqual(expected(race.log).results);
  return ticks;
}

test.each(
  Object.keys(BEGINNINGS).flatMap((beginning) => Object.keys(INTERRUPTED).map((name) => [beginning, name] as const)),
)('%s, %s, and any two others come in between', async (beginning, name) => {
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
