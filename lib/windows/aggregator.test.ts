import { setImmediate } from 'node:timers/promises';
import { TransientError } from '../errors.ts';
import { aggregator } from './aggregator.ts';
import { memoryWindows } from './memory-store.fixture.ts';
import { type LogOrder, largest, Model, RULES } from './model.fixture.ts';
import { noCounts } from './run.ts';
import { bytesOf, RESERVE_BYTES, STATE_LIMIT_BYTES } from './state/room.ts';
import type { StoredState } from './store.ts';

const MINUTE = 60_000;

const order = (offset: number, seconds: number, more: Partial<LogOrder> = {}): LogOrder => ({
  partition: 0,
  productId: 'p',
  cents: 1_000,
  at: seconds * 1_000,
  raw: 'orders-0',
  offset,
  ...more,
});

/** The model's counts since the last call. */
function counted(model: Model) {
  const counts = { ...model.counts };
  Object.assign(model.counts, noCounts());
  return counts;
}

const starts = (model: Model) => model.produced.map(({ window_start }) => window_start);

describe('a batch', () => {
  test('costs one state write per window and bucket, and one write of progress unless it is steady', async () => {
    const model = new Model(memoryWindows());
    const worker = model.worker();
    const orders = Array.from({ length: 1_000 }, (_, i) => order(i, 50 + i / 100, { productId: `product-${i % 900}` }));

    await worker.aggregate(0, orders, model.run());

    expect(counted(model)).toMatchObject({ applied: 1_000, stateWrites: 1, progressWrites: 1, results: 0 });
    model.calls = 0;
    await worker.aggregate(0, [order(1_000, 59), order(1_001, 61)], model.run());
    expect(counted(model)).toMatchObject({ applied: 2, stateWrites: 2, progressWrites: 1 });
    // The new window's head and state, two state writes, progress. The known window needs no read.
    expect(model.calls).toBe(5);
    model.calls = 0;
    await worker.aggregate(0, [order(1_002, 62), order(1_003, 58)], model.run());
    expect(counted(model)).toMatchObject({ applied: 2, stateWrites: 2, progressWrites: 0 });
    expect(model.calls).toBe(2);
    // Without an order of the window of stream time, there is no state that could hold the wall clock.
    await worker.aggregate(0, [order(1_004, 58)], model.run());
    expect(counted(model)).toMatchObject({ stateWrites: 1, progressWrites: 1 });
  });

  test('spreads orders over the number of buckets that the window started with', async () => {
    const store = memoryWindows();
    const model = new Model(store);
    const orders = Array.from({ length: 1_000 }, (_, i) => order(i, 1, { productId: `product-${i}` }));
    model.buckets = 4;
    await model.worker().aggregate(0, orders, model.run());
    model.buckets = 1;
    await model.worker().aggregate(0, orders, model.run());

    expect(model.counts).toMatchObject({ applied: 1_000, duplicates: 1_000, stateWrites: 4 });
    expect(store.states.size).toBe(4);
  });

  test('closes the windows that are due by stream time, with one more write each and no correction', async () => {
    const model = new Model(memoryWindows());
    const worker = model.worker();
    await worker.aggregate(0, [order(0, 5), order(1, 65), order(2, 69)], model.run());
    expect(starts(model)).toEqual([]);
    counted(model);

    await worker.aggregate(0, [order(3, 70)], model.run());

    expect(model.produced).toEqual([
      {
        window_start: 0,
        window_end: 60,
        product_id: 'p',
        order_count: 1,
        total_revenue: 10,
        avg_order_value: 10,
      },
    ]);
    expect(counted(model)).toMatchObject({ closed: 1, results: 1, corrections: 0, stateWrites: 2, progressWrites: 1 });
    expect(await model.open()).toBe(1);
  });

  test('corrects a closed window: produces only the products that changed', async () => {
    const model = new Model(memoryWindows());
    const worker = model.worker();
    await worker.aggregate(0, [order(0, 5), order(1, 6, { productId: 'q' }), order(2, 100)], model.run());
    counted(model);
    model.produced.length = 0;

    await worker.aggregate(0, [order(3, 7, { productId: 'q' })], model.run());

    expect(model.produced).toMatchObject([{ window_start: 0, product_id: 'q', order_count: 2 }]);
    expect(counted(model)).toMatchObject({ corrections: 1, closed: 1 });
  });

  test('reports the longest time from a window’s end to its results', async () => {
    const model = new Model(memoryWindows());
    const worker = model.worker();
    await worker.aggregate(0, [order(0, 5), order(1, 65)], model.run(130_000));
    expect(counted(model)).toMatchObject({ latenessMs: 0 });

    await worker.aggregate(0, [order(2, 200)], model.run(205_000));

    expect(counted(model)).toMatchObject({ closed: 2, latenessMs: 145_000 });
  });

  test('refuses late orders, creates no window for them, and recognizes orders that it already counted', async () => {
    const store = memoryWindows();
    const model = new Model(store);
    const worker = model.worker();
    const late = RULES.latenessMs / 1_000 + 1;
    await worker.aggregate(0, [order(0, 60), order(1, 60 + late)], model.run());
    const there = store.states.size;

    const refused = await worker.aggregate(0, [order(0, 60), order(2, 59), order(3, 60)], model.run());

    expect(refused.map(({ order: { offset }, error }) => [offset, error.code, error.retriable])).toEqual([
      [2, 'LATE', false],
      [3, 'LATE', false],
    ]);
    expect(model.counts).toMatchObject({ applied: 2, duplicates: 1, late: 2 });
    expect(store.states.size).toBe(there);
  });

  test('closes the window of an order that looks late but was counted before its worker crashed', async () => {
    const store = memoryWindows();
    const model = new Model(store);
    const writeProgress = store.writeProgress.bind(store);
    store.writeProgress = () => Promise.reject(new TransientError('FAULT', 'gone'));
    await expect(model.worker().aggregate(0, [order(0, 60)], model.run())).rejects.toThrow('gone');
    store.writeProgress = writeProgress;
    await model.worker().aggregate(0, [order(1, RULES.latenessMs / 1_000 + 121)], model.run());

    expect(await model.worker().aggregate(0, [order(0, 60)], model.run())).toEqual([]);

    expect(starts(model)).toEqual([60]);
    expect(model.counts).toMatchObject({ duplicates: 1, late: 0 });
  });

  test('looks up late orders in a hundred windows per read, one read at a time', async () => {
    const store = memoryWindows();
    const reads: number[] = [];
    const readStates = store.readStates.bind(store);
    let [reading, most] = [0, 0];
    store.readStates = async (keys, deadline) => {
      reads.push(keys.length);
      most = Math.max(most, ++reading);
      await setImmediate();
      reading -= 1;
      return readStates(keys, deadline);
    };
    const options = { rules: RULES, buckets: 1, retentionSeconds: 1e9 };
    const model = new Model(store);
    const old = Array.from({ length: 850 }, (_, i) => order(i, i * 60));
    const newest = order(850, 1e6);
    await aggregator({ store, ...options }).aggregate(0, [...old, newest], model.run());
    reads.length = 0;
    most = 0;

    const again = old.map(({ at, offset }, i) => order(i % 10 === 0 ? 1_000 + i : offset, at / 1_000));
    const refused = await aggregator({ store, ...options }).aggregate(0, again, model.run());

    expect(refused.map(({ order: { offset } }) => offset)).toEqual(
      Array.from({ length: 85 }, (_, i) => 1_000 + i * 10),
    );
    // The single state is the one that may have a later stream time than progress.
    expect(reads.toSorted((a, b) => b - a)).toEqual([...Array(8).fill(100), 50, 1]);
    expect(most).toBe(1);
  });

  test('refuses new products that would make an item too large, and still counts products that it has', async () => {
    const store = memoryWindows();
    const model = new Model(store);
    const wide = Array.from({ length: 14_000 }, (_, i) =>
      order(i, 1, { productId: `${i % 7_000}`.padStart(64, '-'), cents: 1_000 + i }),
    );

    const refused = await model.worker().aggregate(0, [...wide, order(14_000, 61)], model.run());

    const names = new Set(refused.map(({ order: { productId } }) => productId));
    expect(new Set(refused.map(({ error }) => error.code))).toEqual(new Set(['WINDOW_FULL']));
    expect(refused[0]?.error).toMatchObject({ retriable: false, message: expect.stringContaining('windowBuckets') });
    // The first products were counted, each with both of its orders, until the item was full.
    expect([...names]).toEqual(wide.slice(7_000 - names.size, 7_000).map(({ productId }) => productId));
    expect(refused).toHaveLength(2 * names.size);
    expect(counted(model)).toMatchObject({ applied: 14_001 - refused.length, duplicates: 0, stateWrites: 2 });
    const size = bytesOf(store.states.get('0#0#0') as StoredState);
    expect(size).toBeLessThanOrEqual(STATE_LIMIT_BYTES - RESERVE_BYTES);
    expect(size).toBeGreaterThan(STATE_LIMIT_BYTES - RESERVE_BYTES - 100);

    const again = await model.worker().aggregate(0, wide, model.run());
    expect(again.map(({ order: { offset } }) => offset)).toEqual(refused.map(({ order: { offset } }) => offset));
    expect(counted(model)).toMatchObject({ applied: 0, duplicates: 14_000 - refused.length, stateWrites: 0 });

    const worker = model.worker();
    const known = order(14_001, 2, { productId: '0'.padStart(64, '-') });
    expect(await worker.aggregate(0, [known, order(14_002, 61)], model.run())).toEqual([]);
    expect(await worker.aggregate(0, [order(14_003, 2), order(14_004, 61)], model.run())).toHaveLength(1);
    expect(await worker.aggregate(0, [order(14_005, 200)], model.run())).toEqual([]);
    expect(new Set(starts(model))).toEqual(new Set([0, 60]));
    expect(model.produced.find(({ product_id }) => product_id === known.productId)?.order_count).toBe(3);
  });

  test('has room for 200,000 more orders in a state that is full of products', async () => {
    const model = new Model(memoryWindows());
    const worker = model.worker();
    const of = (i: number) => order(i * 3, 1, { productId: `${i % 7_000}`.padStart(64, '-'), cents: 1_000_000 });
    const first = Array.from({ length: 7_000 }, (_, i) => of(i));
    const full = new Set((await worker.aggregate(0, first, model.run())).map(({ order: { productId } }) => productId));
    expect(full.size).toBeGreaterThan(0);

    for (let from = 7_000; from < 207_000; from += 10_000) {
      const next = Array.from({ length: 10_000 }, (_, i) => of(from + i)).filter(
        ({ productId }) => !full.has(productId),
      );
      expect(await worker.aggregate(0, next, model.run())).toEqual([]);
    }
  });
});

describe('a partition that is idle', () => {
  const wall = 1_000 * MINUTE;

  async function idleModel() {
    const model = new Model(memoryWindows());
    model.now = wall + 62_000;
    await model.worker().aggregate(0, [order(0, wall / 1_000 + 61)], model.run());
    return model;
  }

  test.each([
    ['29 s after the last batch: open', 91_000, []],
    ['before the window’s end plus grace: open', 129_000, []],
    ['at the window’s end plus grace: closed', 130_000, [wall / 1_000 + 60]],
  ])('has its windows closed by the schedule; %s', async (_, after, expected) => {
    const model = await idleModel();
    await model.schedule(wall + after);
    expect(starts(model)).toEqual(expected);
    expect(await model.open()).toBe(1 - expected.length);
  });

  test('can get orders later, and they correct the result', async () => {
    const model = await idleModel();
    await model.schedule(wall + 3 * MINUTE);
    await model.worker().aggregate(0, [order(1, wall / 1_000 + 62)], model.run(wall + 4 * MINUTE));
    await model.schedule(wall + 5 * MINUTE);

    expect([...largest(model.produced).values()].map(({ order_count }) => order_count)).toEqual([2]);
    expect(model.counts).toMatchObject({ results: 2, corrections: 1 });
  });

  test('does not delay other partitions, and those close windows by stream time', async () => {
    const model = await idleModel();
    await model
      .worker()
      .aggregate(1, [order(5, 61, { productId: 'q' }), order(6, 200, { productId: 'q' })], model.run());
    expect(model.produced.map(({ product_id }) => product_id)).toEqual(['q']);
  });
});

describe('a partition without a batch for as long as its topic keeps records', () => {
  const days = (n: number) => n * 24 * 60 * MINUTE;

  /** Window 0 is closed and its result produced; a week later, its state is deleted. */
  async function forgottenModel() {
    const store = memoryWindows();
    const model = new Model(store);
    const worker = model.worker();
    await worker.aggregate(0, [order(0, 5), order(1, 6), order(2, 100)], model.run(days(10)));
    (store.states as Map<string, unknown>).delete('0#0#0');
    model.produced.length = 0;
    return { model, worker };
  }

  test('refuses orders of its closed windows, at once and later', async () => {
    const { model, worker } = await forgottenModel();

    const refused = await worker.aggregate(0, [order(3, 7), order(4, 61)], model.run(days(17)));
    refused.push(...(await model.worker().aggregate(0, [order(5, 8), order(6, 62)], model.run(days(17) + MINUTE))));
    await model.schedule();

    expect(refused.map(({ order: { offset }, error }) => [offset, error.code])).toEqual([
      [3, 'LATE'],
      [5, 'LATE'],
    ]);
    expect(starts(model)).not.toContain(0);
    expect([...largest(model.produced).values()].map(({ order_count }) => order_count)).toEqual([3]);
  });

  test('is not assumed if another worker had its batches', async () => {
    const { model, worker } = await forgottenModel();
    await model.worker().aggregate(0, [order(3, 101)], model.run(days(16)));

    expect(await worker.aggregate(0, [order(4, 59)], model.run(days(17)))).toEqual([]);
  });
});

test('without failures and late orders, there is one result per window and product, and no correction', async () => {
  const model = new Model(memoryWindows());
  const workers = [model.worker(), model.worker(), model.worker()];
  for (let second = 0; second < 600; second += 1) {
    model.now = second * 1_000 + 1_500;
    await Promise.all(
      workers.map((worker, partition) => {
        const own = Array.from({ length: 5 }, (_, i) =>
          order(second * 5 + i, second + i / 5, { productId: `${partition}` }),
        );
        return worker.aggregate(partition, own, model.run());
      }),
    );
    if (second % 60 === 17) await model.schedule(model.now);
  }
  for (const later of [640_000, 700_000]) await model.schedule(later);

  expect(model.counts).toMatchObject({ applied: 9_000, results: 30, corrections: 0, conflicts: 0 });
  expect(new Set(model.produced.map(({ order_count }) => order_count))).toEqual(new Set([300]));
  expect(await model.open()).toBe(0);
});

test('orders that were stalled upstream for a minute correct the results', async () => {
  const model = new Model(memoryWindows());
  const [fast, stalled] = [model.worker(), model.worker()];
  const own = (partition: number) =>
    Array.from({ length: 180 }, (_, i) => order(i, i, { partition, productId: 'p', raw: `orders-${partition}` }));
  await fast.aggregate(0, own(0), model.run(180_000));
  await stalled.aggregate(1, own(1).slice(0, 30), model.run(30_000));
  await model.schedule(195_000);
  await stalled.aggregate(1, own(1).slice(30), model.run(196_000));
  await model.schedule(400_000);

  expect([...largest(model.produced).values()].map(({ order_count }) => order_count)).toEqual([120, 120, 120]);
  expect(model.counts.corrections).toBeGreaterThan(0);
});
