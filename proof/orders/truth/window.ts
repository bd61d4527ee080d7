import type { Order } from './order.ts';

/** The sum of the orders of one product in one window. */
export interface WindowSum {
  /** epoch seconds */
  start: number;
  product: string;
  count: number;
  cents: number;
  /** of each order, in the given order */
  amounts: number[];
  /** the partition of processed-orders that holds all of them; undefined where several do, or none */
  partition: number | undefined;
}

export const WINDOW_SECONDS = 60;

/** `<window start, epoch seconds>/<product>`: a result's name, as in `source` headers. */
export function windowKey(start: number, product: string): string {
  return `${start}/${product}`;
}

export function sumsOf(
  orders: Iterable<Order>,
  partitionOf: (order: Order) => number | undefined = () => undefined,
): Map<string, WindowSum> {
  const sums = new Map<string, WindowSum>();
  for (const order of orders) {
    const { at, product_id: product, cents } = order;
    const partition = partitionOf(order);
    const second = Math.floor(at / 1000);
    const start = second - (second % WINDOW_SECONDS);
    const key = windowKey(start, product);
    const sum = sums.get(key) ?? { start, product, count: 0, cents: 0, amounts: [], partition };
    sum.count++;
    sum.cents += cents;
    sum.amounts.push(cents);
    if (partition !== sum.partition) sum.partition = undefined;
    sums.set(key, sum);
  }
  return sums;
}

/**
 * Whether a result of only `count` orders may have been right when it was produced. Orders are counted in the order of
 * their partition: if all are in one partition, these are its first ones, to the cent. Otherwise they may be any.
 */
export function isIntermediate({ amounts, partition }: WindowSum, count: number, cents: number): boolean {
  const sum = (some: readonly number[]) => some.reduce((total, each) => total + each, 0);
  if (partition !== undefined) return cents === sum(amounts.slice(0, count));
  const sorted = amounts.toSorted((a, b) => a - b);
  return cents >= sum(sorted.slice(0, count)) && cents <= sum(sorted.slice(-count));
}

/** In whole cents, with half a cent rounded up. */
export function averageCents({ count, cents }: Pick<WindowSum, 'count' | 'cents'>): number {
  return Number((2n * BigInt(cents) + BigInt(count)) / (2n * BigInt(count)));
}

/** @example moneyText(1245050) // '12450.50', as `numeric(…, 2)` is written */
export function moneyText(cents: number): string {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
