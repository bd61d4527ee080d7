import * as z from 'zod';
import { decodeJsonObject, identifier, type JsonSource, readJsonObject, validate } from '#lib/decode.ts';
import { checkEventTime, isoTime } from '#lib/event-time.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { ProductMetric } from '#lib/windows/state/metric.ts';
import { hasCents, ID_LENGTH, LARGEST_AMOUNT, PRODUCT_ID_BYTES } from './limits.ts';
import { plainOrder } from './plain-order.ts';
import { orderTime } from './time.ts';

/** An order with more bytes is invalid. */
export const ORDER_LIMIT_BYTES = 64 * 1024;

export const productId = identifier(ID_LENGTH).refine(
  (id) => Buffer.byteLength(id) <= PRODUCT_ID_BYTES,
  `more than ${PRODUCT_ID_BYTES} bytes`,
);

export const productName = identifier(256);

/** Money with cents. */
export const amount = z.number().gt(0).lte(LARGEST_AMOUNT).refine(hasCents, 'more than two decimals');

const ids = { order_id: identifier(ID_LENGTH), user_id: identifier(ID_LENGTH), product_id: productId };

/** A value of orders, as shops send it. Other fields are dropped. */
export const orderSchema = z.object({ ...ids, amount, timestamp: orderTime });

/** A value of processed-orders: with the product's name, and the time in ISO 8601, UTC, to the millisecond. */
export const processedOrderSchema = z.object({ ...ids, product_name: productName, amount, timestamp: isoTime });

const money = z.number().min(0);

/** A value of product-metrics. */
const metricSchema: z.ZodType<ProductMetric> = z.object({
  window_start: z.int(),
  window_end: z.int(),
  product_id: productId,
  order_count: z.int().min(1),
  total_revenue: money,
  avg_order_value: money,
});

/** An order that has passed every rule of the schema. `timestamp` is in ms since the epoch. */
export type Order = z.infer<typeof orderSchema>;
export type ProcessedOrder = z.infer<typeof processedOrderSchema>;

/**
 * Decodes and validates one record of orders.
 * @throws PermanentError with the code of the first rule that the record breaks
 */
export function readOrder(record: JsonSource & Pick<KafkaRecord, 'timestamp'>): Order {
  const json = readJsonObject(record, ORDER_LIMIT_BYTES);
  const order = plainOrder(json) ?? validate(orderSchema, json);
  checkEventTime(order.timestamp, record.timestamp);
  return order;
}

/** @throws PermanentError where the record is not a processed order; anybody may have written it */
export function readProcessedOrder({ value }: Pick<KafkaRecord, 'value'>): ProcessedOrder {
  return validate(processedOrderSchema, decodeJsonObject(value, 2 * ORDER_LIMIT_BYTES));
}

/** @throws PermanentError where the record is not the result of a window */
export function readMetric({ value }: Pick<KafkaRecord, 'value'>): ProductMetric {
  return validate(metricSchema, decodeJsonObject(value, 2 * ORDER_LIMIT_BYTES));
}
