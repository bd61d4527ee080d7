import type { DomainReport } from '../domain.ts';
import type { Tally } from '../tally.ts';

/** Results of one-minute windows: one per window and product. */
export interface WindowsReport {
  /** windows and products that the orders imply */
  expected: number;
  /** those whose largest result is equal to the cent in every place that was read */
  exact: number;
  /** results of product-metrics that replaced an earlier one of their window and product */
  corrections: number;
  /** results of product-metrics that say again what an earlier one said */
  repeated: number;
  /** windows that were not closed when the drain ended */
  open: number;
  /** the topic, and each store that holds results */
  places: Record<string, Tally>;
}

export interface OrdersReport extends DomainReport {
  bad: number;
  /** different orders in processed-orders: one that was produced twice is one */
  processed: number;
  /** good orders that are in every store, but were too old for their window: dead letters of processed-orders */
  late: number;
  /** bad records, late ones among them, by the code of their dead letter, and by what the generator did to them */
  badByCode: Record<string, number>;
  badByCause: Record<string, number>;
  /** ids that more than one good order has: each of these orders is stored, and counted */
  duplicateOrderIds: number;
  topics: Record<string, Tally>;
  /** records stored more than once upstream under one `source` (at least once), each counted once by its readers */
  producedTwice: number;
  windows: WindowsReport;
}
