import type { WindowItem } from '../../contract.ts';

/** All windows that start at one time. */
export interface Minute {
  start: number;
  /** of the products' windows, the state that needs most attention */
  state: WindowItem['state'];
  orders: number;
  revenue: number;
  late: number;
}

export interface Product {
  name: string;
  revenue: number;
  /** by start */
  windows: Map<number, WindowItem>;
}

const ORDER: WindowItem['state'][] = ['open', 'closing', 'corrected', 'closed'];

/** @returns the newest first */
export function minutesOf(items: readonly WindowItem[]): Minute[] {
  const byStart = new Map<number, Minute>();
  for (const { start, state, orders, revenue, late } of items) {
    const minute = byStart.get(start);
    if (minute === undefined) byStart.set(start, { start, state, orders, revenue, late });
    else {
      minute.orders += orders;
      minute.revenue += revenue;
      minute.late += late;
      if (ORDER.indexOf(state) < ORDER.indexOf(minute.state)) minute.state = state;
    }
  }
  return [...byStart.values()].sort((a, b) => b.start - a.start);
}

/** @returns the product with the highest revenue first */
export function productsOf(items: readonly WindowItem[]): Product[] {
  const byName = new Map<string, Product>();
  for (const item of items) {
    const product = byName.get(item.product) ?? { name: item.product, revenue: 0, windows: new Map() };
    product.revenue += item.revenue;
    product.windows.set(item.start, item);
    byName.set(item.product, product);
  }
  return [...byName.values()].sort((a, b) => b.revenue - a.revenue || a.name.localeCompare(b.name));
}
