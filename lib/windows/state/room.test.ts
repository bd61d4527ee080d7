import fc from 'fast-check';
import { memoryWindows } from '../memory-store.fixture.ts';
import {
  expected,
  faults,
  identity,
  interleaved,
  type LogOrder,
  largest,
  logs,
  Model,
  partitionsOf,
  sizes,
} from '../model.fixture.ts';
import { windowOf } from '../window.ts';
import type { ProductMetric } from './metric.ts';
import { countFitting } from './room.ts';
import { type WindowOrder, WindowState } from './state.ts';

/** Product ids so long that three of them fill a state, except for more orders of these products. */
const wide = (log: readonly LogOrder[]) =>
  log.map((order) => ({ ...order, productId: `product-${order.offset % 8}`.padEnd(100_000, '-') }));

const short = ({ product_id, ...metric }: ProductMetric) => ({ ...metric, product_id: product_id.slice(0, 9) });
const shorts = (metrics: ReadonlyMap<string, ProductMetric>) => new Set([...metrics.values()].map(short));

const stateAndProduct = ({ at, partition, productId }: LogOrder) => `${windowOf(at)}/${partition}/${productId}`;

test('a full state counts all orders of a product or none, with two workers and any faults', async () => {
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      logs({ minutes: 1, partitions: 2, orders: 80 }).map(wide),
      sizes,
      sizes,
      faults,
      async (s, log, one, other, plan) => {
        const model = interleaved(s, plan);
        const pollAll = (batches: readonly number[]) =>
          Promise.all(partitionsOf(log).map((own) => model.poll(own, batches)));
        await s.waitFor(Promise.all([pollAll(one), pollAll(other)]));
        await model.settle();
        await s.waitFor(model.drain());

        const isRefused = (order: LogOrder) => model.refused.has(identity(order));
        const { results } = expected(log.filter((order) => !isRefused(order)));
        expect(shorts(largest(model.produced))).toEqual(shorts(results));
        for (const orders of Map.groupBy(log, stateAndProduct).values()) {
          expect(new Set(orders.map(isRefused)).size).toBe(1);
        }
        refusals += model.refused.size;
      },
    ),
    { numRuns: 100 },
  );
  expect(refusals).toBeGreaterThan(0);
});

test('counts all orders if they fit after all, because another worker already counted some', () => {
  const state = new WindowState();
  const orders = [0, 1, 2].map((offset) => ({ productId: 'p', cents: 1, at: 0, raw: 'orders-0', offset }));
  state.apply(orders[0] as WindowOrder);

  const { counted, refused } = countFitting(state, orders);

  expect(counted).toEqual(orders.slice(1));
  expect(refused).toEqual([]);
});

test('a full window can be counted again, after its items are deleted, into more buckets', async () => {
  const store = memoryWindows();
  const model = new Model(store);
  const log = Array.from({ length: 14_002 }, (_, offset) => ({
    ...{ partition: offset % 2, productId: `${offset % 7_001}`.padStart(64, '-'), cents: 1_000, at: offset },
    ...{ raw: 'orders-0', offset },
  }));
  const pollAll = () => Promise.all(partitionsOf(log).map((own) => model.poll(own, [10_000])));
  const { results } = expected(log);
  await pollAll();
  await model.drain();
  expect(largest(model.produced)).not.toEqual(results);
  model.buckets = 7;
  model.refused.clear();
  await pollAll();
  expect(model.refused.size).toBeGreaterThan(0);

  store.forget(0);
  model.refused.clear();
  await pollAll();
  await model.drain();

  expect(model.refused.size).toBe(0);
  expect(largest(model.produced)).toEqual(results);
});
