import type { DomainReport } from '../domain-types.ts';
import type { Tally } from '../tally.ts';
import type { OrdersFacts, OrdersManifest } from './facts.ts';
import type { OrdersRows, TABLES, TOPICS } from './places.ts';

/** Results of one-minute windows: one per window and product. */
export interface WindowsReport {
  /** windows and products that the orders imply */
  expected: number;
  /** those of them with the right largest result, to the cent, in every place that was read */
  exact: number;
  /** results of product-metrics that replaced an earlier one of their window and product */
  corrections: number;
  /** results of product-metrics that are equal to an earlier one of their window and product */
  repeated: number;
  /** windows that were not closed when the drain ended */
  open: number;
  /** the topic, and each store that holds results */
  places: Record<string, Tally>;
}

export interface OrdersReport extends DomainReport {
  bad: number;
  /** different orders in processed-orders; an order that was produced twice counts once */
  processed: number;
  /** good orders that are in every store but came too late for their window: dead letters of processed-orders */
  late: number;
  /** bad records and late ones, by the code of their dead letter and by the generator's cause */
  badByCode: Record<string, number>;
  badByCause: Record<string, number>;
  /** ids that several good orders have; each of these orders is stored and counted */
  duplicateOrderIds: number;
  topics: Record<string, Tally>;
  /** extra copies with the same `source` in the topics, as at-least-once delivery allows; stores count them once */
  producedTwice: number;
  windows: WindowsReport;
}

export interface OrdersTypes {
  report: OrdersReport;
  manifest: OrdersManifest;
  facts: OrdersFacts;
  rows: OrdersRows;
  topic: keyof typeof TOPICS;
  table: keyof typeof TABLES;
}
