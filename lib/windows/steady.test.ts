import fc from 'fast-check';
import type { Aggregator } from './aggregator.ts';
import { memoryWindows } from './memory-store.fixture.ts';
import { expected, LATER, type LogOrder, largest, Model, RULES } from './model.fixture.ts';
import { noCounts } from './run.ts';
import { log, NONE, play, type Step, steps } from './steady-steps.fixture.ts';

/** Runs of each property. `npm run test:long -- windows` runs many more. */
const RUNS = Number(process.env['RUNS'] ?? 100);
/** Shorter than usual, so that some orders are late. */
const rules = { ...RULES, latenessMs: 15_000 };
const order = (offset: number, seconds: number): LogOrder => ({
  ...{ partition: 0, productId: 'p', cents: 2 ** offset, at: seconds * 1_000, raw: 'orders-0', offset },
});

function newModel() {
  const model = new Model(memoryWindows());
  model.rules = rules;
  return model;
}

/** A batch that writes progress, and a steady one that doesn't. */
async function twoBatches(model: Model, first: LogOrder, steady: LogOrder, now: number): Promise<void> {
  const worker = model.worker();
  await worker.aggregate(0, [first], model.run(now - 1_000));
  Object.assign(model.counts, noCounts());
  await worker.aggregate(0, [steady], model.run(now));
  expect(model.counts).toMatchObject({ applied: 1, stateWrites: 1, progressWrites: 0 });
}

test('another worker knows the stream time of steady batches', async () => {
  const model = newModel();
  await twoBatches(model, order(0, 61), order(1, 110), 0);

  const refused = await model.worker().aggregate(0, [order(2, 94), order(3, 95)], model.run());

  expect(refused.map(({ order: { offset } }) => offset)).toEqual([2]);
});

test('and it knows it after the schedule closed the window', async () => {
  const model = newModel();
  await twoBatches(model, order(0, 61), order(1, 110), 0);
  await model.schedule(LATER);
  expect(model.produced).toMatchObject([{ order_count: 2 }]);

  expect(await model.worker().aggregate(0, [order(2, 94)], model.run())).toHaveLength(1);
});

test('the schedule knows that a partition with steady batches is not idle', async () => {
  const model = newModel();
  const minute = 1_000 * 60_000;
  await twoBatches(model, order(0, 61), order(1, 62), minute);

  await model.schedule(minute + 29_999);
  expect(model.produced).toEqual([]);
  await model.schedule(minute + 30_000);
  expect(model.produced).toMatchObject([{ order_count: 2 }]);
});

test('a batch is not steady if its stream time moves to another window or makes a window due, or if it has a late order', async () => {
  const model = newModel();
  const worker = model.worker();
  await worker.aggregate(0, [order(0, 30), order(1, 61)], model.run());
  Object.assign(model.counts, noCounts());

  for (const [i, batch] of [[order(2, 69), order(3, 55)], [order(4, 70)], [order(5, 130)], [order(6, 114)]].entries()) {
    await worker.aggregate(0, batch, model.run());
    expect(model.counts.progressWrites).toBe(i);
  }
  expect(model.refused.size).toBe(0);
});

const twoWorkers = (model: Model) => {
  const two = [model.worker(), model.worker()];
  return (n: number) => two[n] as Aggregator;
};

const batch = (worker: number, orders: number, failing = NONE): Step => ({ worker, orders, failing, fault: 'before' });

test.each<[string, number[], (call: number, waitsBefore: number) => Step[]]>([
  [
    'the schedule is about to take its window off the list, and the worker could not write progress',
    [61, 62, 63],
    (call, waitsBefore) => [batch(0, 1), { waitsBefore }, batch(0, 1, call), batch(0, 2)],
  ],
  [
    'another worker closed one of its windows, counted into it again, and ended',
    [50, 61, 120, 121, 51, 62],
    (call) => [batch(1, 1), batch(0, 1), batch(1, 1), batch(1, 1), batch(1, 1, call), batch(0, 2)],
  ],
])('no window is forgotten by a batch that looks steady: %s', async (_, seconds, planOf) => {
  const orders = seconds.map((second, i) => order(i, second));
  for (let call = 0; call < 12; call += 1) {
    for (let waitsBefore = 0; waitsBefore < 20; waitsBefore += 1) {
      const played = await play(orders, planOf(call, waitsBefore), { rules: RULES, buckets: 1, workersOf: twoWorkers });
      expect(largest(played.produced)).toEqual(expected(orders).results);
    }
  }
});

const buckets = fc.integer({ min: 1, max: 2 });

test(
  'results are exact, whichever of two workers has a batch, with whatever it has in memory',
  async () => {
    let steady = 0;
    await fc.assert(
      fc.asyncProperty(log, steps, buckets, async (orders, plan, many) => {
        const played = await play(orders, plan, { rules: RULES, buckets: many, workersOf: twoWorkers });
        expect(largest(played.produced)).toEqual(expected(orders).results);
        steady += played.steady;
      }),
      { numRuns: 20 * RUNS },
    );
    expect(steady).toBeGreaterThan(5 * RUNS);
  },
  60_000 + 600 * RUNS,
);

test(
  'late orders are exact too, if a worker has all batches until it ends',
  async () => {
    let late = 0;
    await fc.assert(
      fc.asyncProperty(log, steps, buckets, async (orders, plan, many) => {
        const workersOf = (model: Model) => {
          let worker = model.worker();
          return (n: number) => {
            if (n > 0) worker = model.worker();
            return worker;
          };
        };
        const played = await play(orders, plan, { rules, buckets: many, workersOf });
        const truth = expected(orders, rules);
        expect(played.refused).toEqual(truth.late);
        expect(largest(played.produced)).toEqual(truth.results);
        late += played.refused.size;
      }),
      { numRuns: 20 * RUNS },
    );
    expect(late).toBeGreaterThan(5 * RUNS);
  },
  60_000 + 600 * RUNS,
);
