import { ALL_COLUMNS, type TopicRow } from '../domain-types.ts';

export const ORDERS = 'orders';
export const PROCESSED_ORDERS = 'processed-orders';
export const METRICS = 'product-metrics';
export const ORDERS_DLQ = 'orders-dlq';

export const TOPICS = {
  [ORDERS]: { compacted: false, refusedBy: ['processOrder'] },
  [PROCESSED_ORDERS]: { compacted: false, refusedBy: ['aggregateOrders'] },
  [METRICS]: { compacted: false },
  [ORDERS_DLQ]: { compacted: false },
} as const satisfies Record<string, TopicRow>;

export const TABLES = { orders: 'OrdersTable' } as const;

export const COLUMNS = { orders: ALL_COLUMNS, product_metrics: ALL_COLUMNS };

/** Rows as `pg` returns them: `numeric` and `bigint` columns are text. */
export interface OrderRow {
  source: string;
  order_id: string;
  user_id: string;
  product_id: string;
  product_name: string;
  amount: string;
  event_time: Date;
}
export interface MetricRow {
  window_start: string;
  window_end: string;
  product_id: string;
  order_count: string;
  total_revenue: string;
  avg_order_value: string;
}
export interface OrdersRows {
  orders: OrderRow[];
  product_metrics: MetricRow[];
}
