import type { PlacedOrder } from './order.ts';

/** The orders of one product in one window. */
export interface WindowSum {
  count: number;
  cents: number;
}

const WINDOW_MS = 60_000;

/** The generator's sums of its acknowledged good orders, by `<window start, s>/<product>`. */
export interface Ledger {
  windows: ReadonlyMap<string, WindowSum>;
  add(placed: PlacedOrder): void;
}

export function createLedger(): Ledger {
  const windows = new Map<string, WindowSum>();
  return {
    windows,
    add({ order, cents, time }) {
      const key = `${(Math.floor(time / WINDOW_MS) * WINDOW_MS) / 1000}/${order.product_id}`;
      const sum = windows.get(key) ?? { count: 0, cents: 0 };
      windows.set(key, { count: sum.count + 1, cents: sum.cents + cents });
    },
  };
}
