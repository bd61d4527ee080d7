import type { Order } from './order.ts';

/** What the orders of one product in one window add up to. */
export interface WindowSum {
  /** epoch seconds */
  start: number;
  product: string;
  count: number;
  cents: number;
}

export const WINDOW_SECONDS = 60;

/** `<window start, epoch seconds>/<product>`: a result's name, as in `source` headers. */
export function windowKey(start: number, product: string): string {
  return `${start}/${product}`;
}

export function sumsOf(orders: Iterable<Order>): Map<string, WindowSum> {
  const sums = new Map<string, WindowSum>();
  for (const { at, product_id: product, cents } of orders) {
    const second = Math.floor(at / 1000);
    const start = second - (second % WINDOW_SECONDS);
    const key = windowKey(start, product);
    const sum = sums.get(key) ?? { start, product, count: 0, cents: 0 };
    sum.count++;
    sum.cents += cents;
    sums.set(key, sum);
  }
  return sums;
}

/** Whole cents, half a cent up. */
export function averageCents({ count, cents }: Pick<WindowSum, 'count' | 'cents'>): number {
  return Number((2n * BigInt(cents) + BigInt(count)) / (2n * BigInt(count)));
}

/** @example moneyText(1245050) // '12450.50', as `numeric(…, 2)` is written */
export function moneyText(cents: number): string {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
