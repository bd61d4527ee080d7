import fc from 'fast-check';
import type { Fault } from '#test/support/faulty-calls.ts';
import { TransientError } from '../errors.ts';
import type { Aggregator } from './aggregator.ts';
import { memoryWindows } from './memory-store.fixture.ts';
import { identity, type LogOrder, Model } from './model.fixture.ts';
import type { ProductMetric } from './state/metric.ts';
import type { WindowRules } from './window.ts';

/** The next orders go to a worker, and one of its calls may fail. */
interface BatchStep {
  readonly worker: number;
  readonly orders: number;
  /** the number of the call that fails */
  readonly failing: number;
  readonly fault: Fault;
}

/** The schedule runs. Before this call, it waits until all other steps are done. */
interface ScheduleStep {
  readonly waitsBefore: number;
}

export type Step = BatchStep | ScheduleStep;

/** No call has this number. */
export const NONE = 99;

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        worker: fc.nat(1),
        orders: fc.integer({ min: 1, max: 3 }),
        failing: fc.oneof(fc.constant(NONE), fc.nat(7)),
        fault: fc.constantFrom<Fault>('before', 'after', 'late'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ waitsBefore: fc.oneof(fc.constant(NONE), fc.integer({ min: 8, max: 16 })) }) },
  ),
  { minLength: 3, maxLength: 12 },
);

/** Mostly in two windows; some make the first window due. */
const second = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 40, max: 59 }) },
  { weight: 4, arbitrary: fc.integer({ min: 60, max: 69 }) },
  { weight: 1, arbitrary: fc.constantFrom(75, 120) },
);

/** Orders of one partition, out of order. Many batches of them are steady. */
export const log: fc.Arbitrary<LogOrder[]> = fc
  .array(fc.record({ second, product: fc.nat(2) }), {
    minLength: 4,
    maxLength: 16,
  })
  .map((orders) =>
    orders.map(({ second, product }, i) => ({
      ...{ partition: 0, productId: `product-${product}`, cents: 2 ** i, at: second * 1_000 },
      ...{ raw: 'orders-0', offset: i },
    })),
  );

export interface Played {
  readonly produced: readonly ProductMetric[];
  readonly refused: ReadonlySet<string>;
  /** batches that wrote no progress */
  readonly steady: number;
}

/**
 * Plays steps, one batch after the other, and then the rest of the log. After a failure, the next step delivers the same
 * orders again, and perhaps more, to its own worker.
 * @param workersOf makes the workers: from the number of a step's worker
 */
export async function play(
  orders: readonly LogOrder[],
  plan: readonly Step[],
  {
    rules,
    buckets,
    workersOf,
  }: { rules: WindowRules; buckets: number; workersOf: (model: Model) => (n: number) => Aggregator },
): Promise<Played> {
  const store = memoryWindows();
  let failing = { call: -1, fault: 'none' as Fault };
  const model = new Model(store, { faultOf: (call) => (call === failing.call ? failing.fault : 'none') });
  Object.assign(model, { rules, buckets });
  const workerOf = workersOf(model);
  const end = Promise.withResolvers<void>();
  const waiting: Promise<void>[] = [];
  const closers: Model[] = [];
  let [done, steady] = [0, 0];

  async function deliver({ worker, orders: count, failing: call, fault }: BatchStep): Promise<void> {
    const batch = orders.slice(done, done + count);
    if (batch.length === 0) return;
    failing = { call: model.calls + call, fault };
    const before = model.counts.progressWrites;
    try {
      const refused = await workerOf(worker).aggregate(0, batch, model.run());
      for (const { order } of refused) model.refused.add(identity(order));
      done += batch.length;
      if (model.counts.progressWrites === before) steady += 1;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
  }

  /** Returns when the schedule has ended or waits. */
  async function schedule({ waitsBefore }: ScheduleStep): Promise<void> {
    const waits = Promise.withResolvers<void>();
    let calls = 0;
    const closer = new Model(store, {
      turn: async (when) => {
        if (when === 'after' || calls++ !== waitsBefore) return;
        waits.resolve();
        await end.promise;
      },
    });
    closers.push(closer);
    const run = closer.schedule();
    waiting.push(run);
    await Promise.race([run, waits.promise]);
  }

  for (const step of plan) await ('orders' in step ? deliver(step) : schedule(step));
  while (done < orders.length) await deliver({ worker: 0, orders: 2, failing: NONE, fault: 'none' });
  await model.settle();
  end.resolve();
  await Promise.all(waiting);
  await model.drain();
  return { produced: [...closers, model].flatMap(({ produced }) => produced), refused: model.refused, steady };
}
