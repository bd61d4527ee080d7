import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Cost } from '#test/hostile/lone-orders.ts';
import { aggregator } from './aggregator.ts';
import { memoryWindows } from './memory-store.fixture.ts';
import { type LogOrder, Model, RULES } from './model.fixture.ts';
import { HeldStates } from './state/held-states.ts';
import { bytesOf } from './state/room.ts';
import { WindowState } from './state/state.ts';
import { WINDOW_MS } from './window.ts';

const order = (offset: number, more: Partial<LogOrder> = {}): LogOrder => ({
  ...{ partition: 0, productId: 'p', cents: 1_000, at: 0, raw: 'orders-0', offset },
  ...more,
});
const stateOf = (orders: readonly LogOrder[]) => {
  const state = new WindowState();
  for (const own of orders) state.apply(own);
  return state;
};
const lone = (count: number) => Array.from({ length: count }, (_, i) => order(i * 8_192));
const longId = (i: number) => `${i}`.padStart(64, '-');

test('only the chunks of the offsets that are used are unpacked', () => {
  const packed = stateOf(lone(1_050)).pack();
  const state = new WindowState(packed);

  for (let i = 0; i < 10; i += 1) expect(state.apply(order(i * 8_192 + 1))).toBe(true);
  expect(state.apply(order(8_192))).toBe(false);

  expect(bytesOf(packed)).toBeLessThan(10_000);
  expect(state.memoryBytes).toBeLessThan(50_000);
});

test.each([
  ['products', Array.from({ length: 6_000 }, (_, i) => order(i, { productId: longId(i) }))],
  ['offsets', lone(2_000)],
])('a state with many %s keeps only its packed form after it is packed', (_, orders) => {
  const state = stateOf(orders);
  expect(state.memoryBytes).toBeGreaterThan(800_000);

  const packed = state.pack();

  expect(state.memoryBytes).toBe(bytesOf(packed));
  expect(state.apply(orders[0] as LogOrder)).toBe(false);
  expect(new WindowState(state.pack()).products).toEqual(stateOf(orders).products);
});

test('an environment works on at most a hundred states at a time, over all partitions', async () => {
  const store = memoryWindows();
  let [working, most] = [0, 0];
  const readStates = store.readStates.bind(store);
  store.readStates = async (keys, deadline) => {
    working += keys.length;
    most = Math.max(most, working);
    return readStates(keys, deadline);
  };
  const writeState = store.writeState.bind(store);
  store.writeState = async (...args) => {
    working -= 1;
    return writeState(...args);
  };
  const rules = { graceMs: 1e12, latenessMs: 1e12 };
  const worker = aggregator({ store, rules, buckets: 1, retentionSeconds: 1e10 });
  const model = new Model(store);

  await Promise.all(
    [150, 60, 30, 260, 1].map((windows, partition) =>
      worker.aggregate(
        partition,
        Array.from({ length: windows }, (_, i) => order(i, { at: i * WINDOW_MS, raw: `orders-${partition}` })),
        model.run(),
      ),
    ),
  );

  expect(model.counts.applied).toBe(501);
  expect(most).toBeGreaterThan(50);
  expect(most).toBeLessThanOrEqual(100);
});

test('a slice that fails releases its share of the states', async () => {
  const states = new HeldStates(memoryWindows());
  const slices = Array(250).fill(0);

  await expect(states.inSlices(slices, () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');

  expect(await states.inSlices(slices, async (slice) => slice.length)).toEqual([100, 100, 50]);
});

test('the kept states take at most 64 MB; the oldest are dropped', () => {
  const states = new HeldStates(memoryWindows());
  const key = (start: number) => ({ start, partition: 0, bucket: 0 });
  const packed = { products: Uint8Array.of(1), offsets: new Uint8Array(1024 * 1024) };

  for (const start of [...Array(70).keys(), 69, 69])
    states.giveBack(key(start), { state: new WindowState(packed), version: 1 });

  const held = Array.from({ length: 70 }, (_, start) => states.take(key(start)) !== undefined);
  expect(held).toEqual([...Array(7).fill(false), ...Array(63).fill(true)]);
});

test('the results of many products are produced in several sends', async () => {
  const model = new Model(memoryWindows());
  const orders = Array.from({ length: 20_000 }, (_, i) =>
    order(i, { productId: longId(i % 1_000), at: Math.floor(i / 1_000) * WINDOW_MS }),
  );
  const sends: number[] = [];
  const run = { ...model.run(), publish: async (metrics: readonly unknown[]) => void sends.push(metrics.length) };

  await model.worker().aggregate(0, [...orders, order(20_000, { at: 1e9 })], run);

  expect(RULES.latenessMs).toBeLessThan(1e9);
  expect(sends.reduce((sum, count) => sum + count)).toBe(20_000);
  expect(Math.max(...sends)).toBeLessThan(10_000);
});

test('a batch with 500 windows of 1,050 orders that are far apart takes less than 150 MB', async () => {
  const script = new URL('../../test/hostile/lone-orders.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=400', script]);

  const { counts, peakMb, beforeMb } = JSON.parse(stdout) as Cost;
  expect(counts).toMatchObject({ applied: 10_000, closed: 498 });
  expect(peakMb - beforeMb).toBeLessThan(150);
}, 60_000);
