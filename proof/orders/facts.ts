import type { Manifest } from '../manifest.ts';
import type { OrdersRows, TABLES, TOPICS } from './places.ts';
import type { OrdersReport } from './report.ts';

export interface OrdersTypes {
  report: OrdersReport;
  manifest: OrdersManifest;
  facts: OrdersFacts;
  rows: OrdersRows;
  topic: keyof typeof TOPICS;
  table: keyof typeof TABLES;
}

export interface OrdersFacts {
  /** ALLOWED_LATENESS_SECONDS */
  allowedLatenessSeconds: number;
  /** windows that were not closed when the drain ended */
  openWindows: number;
}

/** `windows`: the sums of the acknowledged orders that aren't late, by `<window start, s>/<product>`. */
export interface OrdersManifest extends Manifest {
  windows: ReadonlyMap<string, { count: number; cents: number }>;
}
