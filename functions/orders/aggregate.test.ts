import { TransientError } from '#lib/errors.ts';
import { aggregator } from '#lib/windows/aggregator.ts';
import { memoryWindows } from '#lib/windows/memory-store.fixture.ts';
import type { WindowCounts } from '#lib/windows/run.ts';
import type { ProductMetric } from '#lib/windows/state/metric.ts';
import type { WindowStore } from '#lib/windows/store.ts';
import { retentionSeconds } from '#lib/windows/window.ts';
import { batchOfRecords, KAFKA_TIME, type TestRecord } from '#test/support/msk-event.ts';
import { aggregate } from './aggregate.ts';

const value = {
  order_id: 'o-1',
  user_id: 'u-1',
  product_id: 'prod-1',
  product_name: 'Widget',
  amount: 12.34,
  timestamp: '2026-01-01T00:00:05.000Z',
};

const processed = (n: number, more: Partial<typeof value> | Record<string, unknown> = {}, record: TestRecord = {}) => ({
  topic: 'processed-orders',
  key: 'prod-1',
  value: { ...value, ...more },
  headers: { source: `orders-1-${n}` },
  ...record,
});

const at = (seconds: number) => ({ timestamp: new Date(KAFKA_TIME + seconds * 1_000).toISOString() });

function setUp(store: Partial<WindowStore> = {}) {
  const produced: ProductMetric[] = [];
  const counts: WindowCounts[] = [];
  const work = aggregate({
    aggregator: aggregator({
      store: { ...memoryWindows(), ...store },
      rules: { graceMs: 10_000, latenessMs: 60_000 },
      buckets: 1,
      retentionSeconds: retentionSeconds(60),
    }),
    publish: async (metrics) => void produced.push(...metrics),
    report: (counted) => void counts.push(counted),
  });
  const run = async (records: TestRecord[]) =>
    (await work(batchOfRecords(records))).map(({ record, error }) => [record.partition, record.offset, error.code]);
  return { run, produced, counts };
}

test('orders become the metrics of their window, to the cent', async () => {
  const { run, produced, counts } = setUp();

  const failures = await run([processed(0), processed(1, { amount: 0.01 }), processed(2, { amount: 1.1, ...at(70) })]);

  expect(failures).toEqual([]);
  expect(produced).toEqual([
    {
      window_start: KAFKA_TIME / 1_000,
      window_end: KAFKA_TIME / 1_000 + 60,
      product_id: 'prod-1',
      order_count: 2,
      total_revenue: 12.35,
      avg_order_value: 6.18,
    },
  ]);
  expect(counts).toMatchObject([{ applied: 3, closed: 1 }]);
});

test('the identity of an order is its raw record, or its own coordinates if that is unknown', async () => {
  const { run, counts } = setUp();
  const unusable = [undefined, 'orders-1', 'orders-1-12345678901234567', 'orders/1-2', '\uFFFD-1-2', 'orders-1-2/x'];

  await run([
    processed(7),
    processed(7),
    ...unusable.map((source) => processed(0, {}, { headers: source === undefined ? {} : { source } })),
  ]);

  expect(counts).toMatchObject([{ applied: 1 + unusable.length, duplicates: 1 }]);
});

test.each([
  ['NULL_VALUE', null],
  ['NOT_JSON', '{'],
  ['NOT_AN_OBJECT', '[]'],
  ['SCHEMA', { ...value, amount: 0 }],
  ['SCHEMA', { ...value, amount: -5 }],
  ['SCHEMA', { ...value, amount: '12' }],
  ['SCHEMA', { ...value, amount: 1e308 }],
  ['SCHEMA', { ...value, amount: null }],
  ['SCHEMA', { ...value, amount: 1.005 }],
  ['SCHEMA', { ...value, amount: 10_000_000.01 }],
  ['SCHEMA', { ...value, product_id: 'ä'.repeat(33) }],
  ['SCHEMA', { ...value, timestamp: 'yesterday' }],
])('an invalid order is a permanent error (%s), and the others are counted', async (code, bad) => {
  const { run, counts } = setUp();
  expect(await run([processed(0), { ...processed(1), value: bad }, processed(2)])).toEqual([[0, 1, code]]);
  expect(counts).toMatchObject([{ applied: 2 }]);
});

test('every amount of at most two decimals is counted to the cent', async () => {
  const { run, produced } = setUp();
  const amounts = Array.from({ length: 2_000 }, (_, i) => (i * 499_979 + 1) / 100);
  await run([...amounts.map((amount, n) => processed(n, { amount })), processed(9_999, at(100))]);
  const cents = amounts.reduce((sum, amount) => sum + BigInt(amount.toFixed(2).replace('.', '')), 0n);
  expect(produced[0]?.total_revenue.toFixed(2).replace('.', '')).toBe(String(cents));
});

test('a late order is a permanent error', async () => {
  const { run } = setUp();
  expect(await run([processed(0, at(100)), processed(1, at(39)), processed(2, at(40))])).toEqual([[0, 1, 'LATE']]);
});

test('a partition that can’t be counted is handed back whole, and no other is', async () => {
  const down = memoryWindows();
  const { run } = setUp({
    writeState: async (key, ...rest) => {
      if (key.partition === 1) throw new TransientError('DYNAMODB', 'down');
      return down.writeState(key, ...rest);
    },
  });

  const failures = await run([
    processed(0),
    processed(1, {}, { partition: 1 }),
    processed(2, {}, { partition: 1, value: '{' }),
  ]);

  expect(failures).toEqual([
    [1, 0, 'DYNAMODB'],
    [1, 1, 'DYNAMODB'],
  ]);
});
