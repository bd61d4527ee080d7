import * as z from 'zod';
import { decodeJsonObject, identifier, validate } from '#lib/decode.ts';
import { checkEventTime, isoTime } from '#lib/event-time.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { orderTime } from './time.ts';

/** No order has more bytes; what does is none. */
export const ORDER_LIMIT_BYTES = 64 * 1024;
/** So that the sum of any window is a safe integer of cents. */
export const LARGEST_AMOUNT = 10_000_000;
/** It is part of the windows' state, of which an item holds thousands. */
const PRODUCT_ID_BYTES = 64;

export const productId = identifier(128).refine(
  (id) => Buffer.byteLength(id) <= PRODUCT_ID_BYTES,
  `more than ${PRODUCT_ID_BYTES} bytes`,
);

export const productName = identifier(256);

/** Money in a currency of cents. A double that is the nearest one to two decimals is those two decimals. */
export const amount = z
  .number()
  .gt(0)
  .lte(LARGEST_AMOUNT)
  .refine((value) => Number(value.toFixed(2)) === value, 'more than two decimals');

const ids = { order_id: identifier(128), user_id: identifier(128), product_id: productId };

/** An order as shops send it (seed 003). Fields it doesn't name are left out. */
export const orderSchema = z.object({ ...ids, amount, timestamp: orderTime });

/** A value of processed-orders: the product's name added, the time in ISO 8601, UTC, to the millisecond. */
export const processedOrderSchema = z.object({ ...ids, product_name: productName, amount, timestamp: isoTime });

/** An order that has passed every rule of its own; `timestamp` in ms since the epoch. */
export type Order = z.infer<typeof orderSchema>;
export type ProcessedOrder = z.infer<typeof processedOrderSchema>;

/**
 * Decodes and validates one record of orders.
 * @throws PermanentError with the code of the first rule that it breaks
 */
export function readOrder(record: Pick<KafkaRecord, 'value' | 'timestamp'>): Order {
  const order = validate(orderSchema, decodeJsonObject(record.value, ORDER_LIMIT_BYTES));
  checkEventTime(order.timestamp, record.timestamp);
  return order;
}

/** @throws PermanentError where the record, whoever wrote it, is no processed order */
export function readProcessedOrder({ value }: Pick<KafkaRecord, 'value'>): ProcessedOrder {
  return validate(processedOrderSchema, decodeJsonObject(value, 2 * ORDER_LIMIT_BYTES));
}
