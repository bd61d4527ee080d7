import fc from 'fast-check';
import { readOrder } from '#functions/orders/schema.ts';
import { PermanentError } from '#lib/errors.ts';
import { metricOf } from '#lib/windows/state/metric.ts';
import type { LogRecord } from '../../world.ts';
import { BAD_ORDERS } from '../load/bad-records.ts';
import { judgeOrder } from './order.ts';
import { averageCents, isIntermediate, moneyText, sumsOf, type WindowSum } from './window.ts';

/*
 * The report states the rules a second time and must not import the handlers, but its tests may. These tests give both
 * the same input and expect the same result. Only the report reads the catalogue here: UNKNOWN_PRODUCT counts as good.
 */

const NOW = Date.parse('2026-01-15T10:00:00Z');
const ORDER = {
  order_id: 'O1',
  user_id: 'U1',
  product_id: 'P001',
  amount: 12.5,
  timestamp: '2026-01-15T10:00:00.000Z',
};

const recordOf = (value: Buffer | null, timestamp = NOW): LogRecord => ({
  topic: 'orders',
  partition: 0,
  offset: 0,
  timestamp,
  key: null,
  value,
  headers: new Map(),
});

function byHandler(record: LogRecord): unknown {
  try {
    const { order_id, user_id, product_id, amount, timestamp } = readOrder(record);
    return { order_id, user_id, product_id, amount, at: timestamp };
  } catch (error) {
    if (error instanceof PermanentError) return error.code;
    throw error;
  }
}

function byReport(record: LogRecord): unknown {
  const judged = judgeOrder(record);
  if ('bad' in judged) return judged.bad;
  const { order_id, user_id, product_id, amount, at } = judged.order;
  return { order_id, user_id, product_id, amount, at };
}

/** The result of both. Only the report checks the catalogue. */
function agreed(value: Buffer | null, kafkaTime = NOW): unknown {
  const record = recordOf(value, kafkaTime);
  const [handler, report] = [byHandler(record), byReport(record)];
  if (report === 'UNKNOWN_PRODUCT') expect(typeof handler).toBe('object');
  else expect(report).toEqual(handler);
  return report;
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

test('both accept a good order', () => {
  expect(agreed(json(ORDER))).toMatchObject({ order_id: 'O1', amount: 12.5, at: NOW });
});

test.each(BAD_ORDERS.map((bad) => [bad.cause, bad]))('%s has the code of its cause', (_, { code, value }) => {
  const found = agreed(value(ORDER, NOW));
  if (code === 'LATE') expect(found).toMatchObject({ order_id: 'O1' });
  else expect(found).toBe(code);
});

test.each([
  [0.01, 1],
  [0.1, 10],
  [10_000_000, 1_000_000_000],
  [1_234_567.89, 123_456_789],
  [0.07, 7],
  [1.005, undefined],
  [10_000_000.01, undefined],
  [1e-7, undefined],
  [1e21, undefined],
  [-0, undefined],
])('amount %d is %p cents', (amount, cents) => {
  agreed(json({ ...ORDER, amount }));
  const judged = judgeOrder(recordOf(json({ ...ORDER, amount })));
  expect('order' in judged ? judged.order.cents : undefined).toBe(cents);
});

test.each([
  0,
  -1,
  1_768_471_200,
  1_768_471_200.5,
  1_768_471_200_000,
  99_999_999_999,
  100_000_000_000,
  1_200_000_000_000_000,
  8.64e15,
  8.65e15,
  '2026-01-15T10:00:00Z',
  '2026-01-15T12:00:00.5+02:00',
  '2026-01-15T15:30:00+0530',
  '2026-01-15T10:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-01:00',
  '2026-01-15T10:04:59.999Z',
  '2026-01-15T10:05:00.001Z',
  '1969-12-31T23:59:59Z',
  '+040000-01-01T00:00:00Z',
  '2026-02-30T10:00:00Z',
  '2026-01-15 10:00:00Z',
  '2026-01-15',
  '1768471200',
  null,
])('timestamp %p: both agree, also where Kafka has no timestamp or one beyond all years', (timestamp) => {
  for (const kafkaTime of [NOW, -1, 0, 9e15]) agreed(json({ ...ORDER, timestamp }), kafkaTime);
});

test('both agree on any content of the fields', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.double(),
    fc.integer(),
    fc.constant(null),
    fc.constantFrom('P001', '\u0000', 'é'.repeat(33)),
  );
  const order = fc.record(
    {
      order_id: fc.oneof(fc.string({ unit: 'binary', maxLength: 140 }), anything),
      user_id: fc.oneof(fc.constant('U1'), anything),
      product_id: fc.oneof(fc.constantFrom('P001', 'P005', 'P9'), anything),
      amount: fc.oneof(
        fc.integer({ min: -100, max: 1_000_000_100 }).map((cents) => cents / 100),
        fc.double({ min: 0, max: 100 }),
        anything,
      ),
      timestamp: fc.oneof(
        fc.constant(ORDER.timestamp),
        fc.integer({ min: -10, max: 2_000_000_000 }),
        fc.double({ min: 1.7e9, max: 1.8e9 }),
        anything,
      ),
    },
    { requiredKeys: ['order_id', 'amount'] },
  );
  fc.assert(
    fc.property(order, (value) => void agreed(json(value))),
    { numRuns: 1_000 },
  );
});

test('averages equal those of the functions’ windows', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 2 ** 45 }), (count, more) => {
      const cents = count + more;
      expect(averageCents({ count, cents }) / 100).toBe(metricOf(0, 'P001', count, cents).avg_order_value);
    }),
  );
});

test('sums are by window and product; the end of a window belongs to the next one', () => {
  const order = { order_id: 'x', user_id: 'x', product_name: 'x', amount: 0 };
  const sums = sumsOf([
    { ...order, product_id: 'P001', cents: 100, at: 59_999 },
    { ...order, product_id: 'P001', cents: 5, at: 60_000 },
    { ...order, product_id: 'P002', cents: 7, at: 0 },
    { ...order, product_id: 'P001', cents: 1, at: 1 },
  ]);
  expect([...sums]).toEqual([
    ['0/P001', { start: 0, product: 'P001', count: 2, cents: 101, amounts: [100, 1] }],
    ['60/P001', { start: 60, product: 'P001', count: 1, cents: 5, amounts: [5] }],
    ['0/P002', { start: 0, product: 'P002', count: 1, cents: 7, amounts: [7] }],
  ]);
});

describe('an intermediate result', () => {
  const orders = [100, 1, 30].map((cents) => ({
    ...{ order_id: 'x', user_id: 'x', product_id: 'P001', product_name: 'x', amount: 0, at: 0 },
    cents,
  }));
  const sumIn = (...partitions: (number | undefined)[]) =>
    sumsOf(orders, (order) => partitions[orders.indexOf(order)]).get('0/P001') as WindowSum;

  test('of orders in one partition is the sum of the first ones', () => {
    const sum = sumIn(2, 2, 2);
    expect([1, 30, 99, 100, 101].map((cents) => isIntermediate(sum, 1, cents))).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
    expect([31, 101, 130].map((cents) => isIntermediate(sum, 2, cents))).toEqual([false, true, false]);
  });

  test.each([
    ['in several partitions', sumIn(0, 2, 2)],
    ['of which one was not processed', sumIn(0, 0, undefined)],
  ])('of orders %s is between the cheapest and the most expensive ones', (_, sum) => {
    expect([0, 1, 30, 100, 101].map((cents) => isIntermediate(sum, 1, cents))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect([30, 31, 130, 131].map((cents) => isIntermediate(sum, 2, cents))).toEqual([false, true, true, false]);
  });
});

test.each([
  [0, '0.00'],
  [7, '0.07'],
  [1_245_050, '12450.50'],
])('%d cents are %s', (cents, text) => expect(moneyText(cents)).toBe(text));
