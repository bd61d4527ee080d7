import fc from 'fast-check';
import { metricOf } from './metric.ts';

test('a result has exactly six fields, with times in seconds and money to the cent', () => {
  expect(metricOf(1_704_470_400_000, 'prod-1', 3, 1_000)).toEqual({
    window_start: 1_704_470_400,
    window_end: 1_704_470_460,
    product_id: 'prod-1',
    order_count: 3,
    total_revenue: 10,
    avg_order_value: 3.33,
  });
});

test.each([
  [2, 1, 0.01],
  [2, 3, 0.02],
  [3, 4, 0.01],
  [3, 5, 0.02],
  [1, 1_000_000_000, 10_000_000],
])('%i orders with %i cents have the average %d: half a cent is rounded up', (count, sum, average) => {
  expect(metricOf(0, 'p', count, sum).avg_order_value).toBe(average);
});

test('amounts are exact to the cent, also as JSON', () => {
  const sums = fc.integer({ min: 1, max: 4_000_000_000_000_000 });
  fc.assert(
    fc.property(sums, fc.integer({ min: 1, max: 1_000_000 }), (sum, count) => {
      const { total_revenue, avg_order_value } = JSON.parse(JSON.stringify(metricOf(0, 'p', count, sum)));
      const cents = (money: number) => BigInt(money.toFixed(2).replace('.', ''));
      expect(cents(total_revenue)).toBe(BigInt(sum));
      expect(cents(avg_order_value)).toBe((2n * BigInt(sum) + BigInt(count)) / (2n * BigInt(count)));
    }),
  );
});
