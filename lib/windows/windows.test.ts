import fc from 'fast-check';
import type { Fault } from '#test/support/faulty-calls.ts';
import { memoryWindows } from './memory-store.fixture.ts';
import {
  expected,
  type FaultOf,
  faults,
  interleaved,
  type LogOrder,
  largest,
  logs,
  Model,
  partitionsOf,
  sizes,
} from './model.fixture.ts';

/** Runs of each property. `npm run test:long -- windows` runs many more. */
const RUNS = Number(process.env['RUNS'] ?? 100);
/** The most calls from the first failing call to the second. */
const WITHIN = Math.ceil(RUNS / 25);
const TIMEOUT_MS = 60_000 + 600 * RUNS;

function expectExact(model: Model, log: readonly LogOrder[]): void {
  const { results, late } = expected(log, model.rules);
  expect(largest(model.produced)).toEqual(results);
  expect(model.refused).toEqual(late);
}

/** Delivers all partitions in parallel, each to a worker. */
const pollAll = (model: Model, log: readonly LogOrder[], batches: readonly number[], crashes = true) =>
  Promise.all(partitionsOf(log).map((own) => model.poll(own, batches, crashes)));

describe('the largest result of each window and product equals a plain fold', () => {
  const shape = { minutes: 5, partitions: 3, orders: 40 };

  test('with any order, batches, redelivery and number of buckets', async () => {
    await fc.assert(
      fc.asyncProperty(logs(shape), sizes, sizes, fc.integer({ min: 1, max: 4 }), async (log, one, other, buckets) => {
        const model = new Model(memoryWindows());
        model.buckets = buckets;
        await pollAll(model, log.slice(0, log.length / 2), one);
        model.buckets = 1;
        await pollAll(model, log, other);
        await model.drain();
        expectExact(model, log);
      }),
      { numRuns: RUNS },
    );
  });

  test('with late orders', async () => {
    await fc.assert(
      fc.asyncProperty(logs({ minutes: 30, partitions: 2, orders: 40 }), sizes, sizes, async (log, one, other) => {
        const model = new Model(memoryWindows());
        await pollAll(model, log, one);
        await pollAll(model, log, other);
        await model.drain();
        expectExact(model, log);
      }),
      { numRuns: RUNS },
    );
  });

  test.each([[true], [false]])(
    'with two workers, any faults and the schedule in between (crashes: %s)',
    async (crashes) => {
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          logs({ ...shape, orders: 20 }),
          sizes,
          sizes,
          faults,
          async (s, log, one, other, plan) => {
            const model = interleaved(s, plan);
            const schedule = async () => {
              for (let i = 0; i < 4; i += 1) await model.schedule();
            };
            await s.waitFor(
              Promise.all([pollAll(model, log, one, crashes), pollAll(model, log, other, crashes), schedule()]),
            );
            await model.settle();
            await s.waitFor(model.drain());
            expectExact(model, log);
          },
        ),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );
});

/**
 * Each order is delivered once, so no redelivery repairs what a worker left. Two workers have parts of the same
 * partitions at the same time, which no event source mapping does, and the schedule runs several times.
 */
test(
  'the largest results are exact when each order is delivered only once, to one of two workers',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        logs({ minutes: 3, partitions: 2, orders: 12 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
        sizes,
        fc.nat(12),
        async (s, log, toFirst, batches, calls) => {
          const model = interleaved(s, []);
          const part = (first: boolean) => log.filter((_, i) => toFirst[i % toFirst.length] === first);
          const schedule = async () => {
            for (let i = 0; i < calls; i += 1) await model.schedule();
          };
          await s.waitFor(
            Promise.all([pollAll(model, part(true), batches), pollAll(model, part(false), batches), schedule()]),
          );
          await s.waitFor(model.drain());
          expectExact(model, log);
        },
      ),
      { numRuns: 5 * RUNS },
    );
  },
  TIMEOUT_MS,
);

/** Three partitions and windows, out of order; an order produced twice, a product in two partitions, a late order. */
const story: LogOrder[] = (
  [
    [0, 'a', 5],
    [0, 'b', 50],
    [0, 'a', 62],
    [1, 'c', 10],
    [1, 'a', 30],
    [0, 'a', 20],
    [0, 'a', 135],
    [2, 'd', 70],
    [0, 'b', 61],
    [1, 'c', 140],
    [0, 'a', 1_000],
    [0, 'b', 10],
    [1, 'c', 59],
    [2, 'd', 71],
    [0, 'a', 950],
  ] as const
).map(([partition, productId, second], i) => ({
  partition,
  productId,
  at: second * 1_000,
  cents: 100 + i,
  raw: `orders-${i % 3}`,
  offset: i,
}));
story.splice(9, 0, story[1] as LogOrder);
story.push(story[0] as LogOrder);

async function play(faultOf: FaultOf, crashes: boolean): Promise<Model> {
  const model = new Model(memoryWindows(), { faultOf });
  const half = story.length >> 1;
  for (const part of [story.slice(0, half), story.slice(half)]) {
    for (const own of partitionsOf(part)) await model.poll(own, [2, 3, 1], crashes);
    await model.schedule();
  }
  await model.settle();
  await model.drain();
  return model;
}

describe('any one call to the table or the topic fails', () => {
  test.each<[Fault, boolean]>([
    ['before', true],
    ['after', true],
    ['late', true],
    ['before', false],
    ['after', false],
    ['late', false],
  ])('results are exact (fault: %s; the worker crashes: %s)', async (fault, crashes) => {
    const smooth = await play(() => 'none', crashes);
    expectExact(smooth, story);
    expect(smooth.calls).toBeGreaterThan(60);

    for (let failing = 0; failing < smooth.calls; failing += 1) {
      const model = await play((call) => (call === failing ? fault : 'none'), crashes);
      expectExact(model, story);
    }
  });

  test('and any second call fails too', async () => {
    const { calls } = await play(() => 'none', true);
    for (let first = 0; first < calls; first += 1) {
      for (let second = first + 1; second < Math.min(first + WITHIN, calls); second += 1) {
        const model = await play((call) => (call === first || call === second ? 'after' : 'none'), true);
        expectExact(model, story);
      }
    }
  });
});
