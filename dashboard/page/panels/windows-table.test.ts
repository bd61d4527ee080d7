import type { WindowItem } from '../../contract.ts';
import { minutesOf, productsOf } from './windows-table.ts';

const window = (start: number, product: string, state: WindowItem['state'], revenue: number): WindowItem => ({
  start,
  product,
  state,
  orders: 1,
  revenue,
  late: product === 'P2' ? 1 : 0,
});
const items = [
  window(60_000, 'P1', 'closed', 10),
  window(60_000, 'P2', 'corrected', 5),
  window(120_000, 'P1', 'closed', 1),
  window(120_000, 'P2', 'open', 30),
];

test('a minute has the sums of its products, and the state that needs most attention', () => {
  expect(minutesOf(items)).toEqual([
    { start: 120_000, state: 'open', orders: 2, revenue: 31, late: 1 },
    { start: 60_000, state: 'corrected', orders: 2, revenue: 15, late: 1 },
  ]);
});

test('the product with the highest revenue is first', () => {
  expect(productsOf(items).map(({ name, revenue }) => [name, revenue])).toEqual([
    ['P2', 35],
    ['P1', 11],
  ]);
});
