import { WINDOW_MS } from '../window.ts';

/** A result: one product in one window. It has exactly the fields of a record of product-metrics. */
export interface ProductMetric {
  /** epoch seconds */
  readonly window_start: number;
  /** epoch seconds */
  readonly window_end: number;
  readonly product_id: string;
  readonly order_count: number;
  /** to the cent */
  readonly total_revenue: number;
  /** to the cent; half a cent is rounded up */
  readonly avg_order_value: number;
}

/**
 * @param start of the window, in ms
 * @param sum integer cents; a double holds cents exactly for amounts up to 2^46
 */
export function metricOf(start: number, productId: string, count: number, sum: number): ProductMetric {
  return {
    window_start: start / 1000,
    window_end: (start + WINDOW_MS) / 1000,
    product_id: productId,
    order_count: count,
    total_revenue: sum / 100,
    avg_order_value: roundedAverage(sum, count) / 100,
  };
}

/** Computes with integers: a division of doubles could round half a cent in the wrong direction. */
function roundedAverage(sum: number, count: number): number {
  const rest = sum % count;
  return (sum - rest) / count + (rest * 2 >= count ? 1 : 0);
}
