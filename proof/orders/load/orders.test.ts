import { createManifest } from '../../load/manifest.ts';
import { createRandom } from '../../load/random.ts';
import type { GeneratedRecord } from '../../load/record.ts';
import { BAD_ORDERS } from './bad-records.ts';
import { createLedger } from './ledger.ts';
import { createOrders, type Order, type PlacedOrder, productIds } from './order.ts';
import { dailyRate } from './shape.ts';
import { recordsOf } from './start.ts';

const NOW = Date.parse('2026-01-15T10:00:00.500Z');

function placed(seed: number, count: number): PlacedOrder[] {
  const next = createOrders({ seed });
  return Array.from({ length: count }, (_, i) => next(NOW + i * 20));
}
const timeOf = ({ timestamp }: Order): number => {
  if (typeof timestamp === 'string') return Date.parse(timestamp);
  return timestamp < 1e11 ? Math.round(timestamp * 1000) : timestamp;
};

test('the same seed gives the same orders, another seed gives others', () => {
  expect(placed(7, 200)).toEqual(placed(7, 200));
  expect(placed(8, 200)).not.toEqual(placed(7, 200));
});

test('amounts are $10 to $500 in whole cents, equal to `cents`', () => {
  for (const { order, cents } of placed(7, 5_000)) {
    expect(order.amount).toBeGreaterThanOrEqual(10);
    expect(order.amount).toBeLessThanOrEqual(500);
    expect(Number(order.amount.toFixed(2))).toBe(order.amount);
    expect(Math.round(order.amount * 100)).toBe(cents);
  }
});

test('all products of the catalogue are ordered, and one popular product more than the others together', () => {
  const products = placed(7, 400).map(({ order }) => order.product_id);
  const counts = productIds().map((id) => products.filter((product) => product === id).length);
  expect(counts).toHaveLength(5);
  expect(Math.min(...counts)).toBeGreaterThan(10);
  expect(Math.max(...counts)).toBeGreaterThan(200);
});

test('event times are at most seconds old, never in the future, and written in every format', () => {
  const orders = placed(7, 5_000);
  const delays = orders.map(({ order }, i) => NOW + i * 20 - timeOf(order));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...delays)).toBeLessThanOrEqual(3_001);
  expect(delays.filter((delay) => delay > 1_000).length).toBeGreaterThan(10);
  expect(orders.map(({ order }) => timeOf(order))).toEqual(orders.map(({ time }) => time));
  const written = new Set(
    orders.map(({ order }) =>
      typeof order.timestamp === 'string' ? order.timestamp.slice(23) : order.timestamp > 1e11,
    ),
  );
  expect(written).toEqual(new Set(['Z', '+02:00', true, false]));
});

test('an order id is rarely sent again', () => {
  const ids = placed(7, 10_000).map(({ order }) => order.order_id);
  const again = ids.length - new Set(ids).size;
  expect(again).toBeGreaterThan(5);
  expect(again).toBeLessThan(50);
});

test('the daily curve stays between 10 and 50 orders a second, and reaches both', () => {
  const rates = Array.from({ length: 500 }, (_, second) => dailyRate(7)(second));
  expect(Math.min(...rates)).toBe(10);
  expect(Math.max(...rates)).toBe(50);
  expect(rates).toEqual(Array.from({ length: 500 }, (_, second) => dailyRate(7)(second)));
});

describe('records', () => {
  const perSecond = 50;
  const made = (bad: number, seconds: number) => {
    const ledger = createLedger();
    const next = recordsOf({ seed: 7, bad }, ledger);
    const records = Array.from({ length: seconds * perSecond }, (_, i) => next(NOW + (i * 1000) / perSecond));
    return { records, ledger };
  };
  const causeOf = ({ mark }: { mark: number }) => {
    const manifest = createManifest(7, 0, BAD_ORDERS);
    manifest.acknowledge('orders', 0, 0, mark);
    const found = manifest.at('orders', 0, 0);
    return found?.kind === 'bad' ? found : undefined;
  };

  test('half a minute has every cause, late ones only after other orders of their product', () => {
    const { records } = made(0.01, 30);
    const causes = records.map((record) => causeOf(record)?.cause);
    expect(new Set(causes.filter((cause) => cause !== undefined))).toEqual(
      new Set(BAD_ORDERS.map(({ cause }) => cause)),
    );
    expect(causes.findIndex((_, i) => causeOf(records[i] as (typeof records)[0])?.code === 'LATE')).toBeGreaterThan(
      500,
    );
  });

  test('two runs with one seed have the same good orders and the same bad positions, with any clocks', () => {
    /** Ticks of 10 ms that are up to 30 ms late. With `stallAt` the clock jumps by 7 s once. */
    const clock = (seed: number, stallAt?: number) => {
      const random = createRandom(seed);
      let now = NOW + 1e9 * seed;
      return (i: number) => (now += random.between(10, 40) + (i === stallAt ? 7_000 : 0));
    };
    const run = (at: (i: number) => number) => {
      const next = recordsOf({ seed: 7, bad: 0.01 }, createLedger());
      return Array.from({ length: 4_000 }, (_, i) => next(at(i)));
    };
    const timeless = ({ mark, value, key }: GeneratedRecord) => {
      if (causeOf({ mark }) !== undefined) return 'bad';
      const { timestamp, ...rest } = JSON.parse(String(value)) as Order;
      return { key, ...rest, written: typeof timestamp };
    };
    const codes = (records: GeneratedRecord[]) => records.map((record) => causeOf(record)?.code);

    const [one, other] = [run(clock(1)), run(clock(2, 230))];

    expect(codes(one).indexOf('LATE')).not.toBe(codes(other).indexOf('LATE'));
    expect(other.map(timeless)).toEqual(one.map(timeless));
    expect(codes(other).slice(1_500)).toEqual(codes(one).slice(1_500));
  });

  test('a share of 0 makes no bad records', () => {
    expect(made(0, 30).records.filter((record) => causeOf(record) !== undefined)).toEqual([]);
  });

  test('the ledger holds the acknowledged good orders only', () => {
    const { records, ledger } = made(0.05, 30);
    expect(ledger.windows.size).toBe(0);
    for (const record of records) record.onAcknowledged?.();
    const counted = [...ledger.windows.values()].reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(records.filter((record) => causeOf(record) === undefined).length);
    expect([...ledger.windows.keys()].every((key) => /^\d{10}\/P00\d$/.test(key))).toBe(true);
  });
});
