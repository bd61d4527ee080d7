import * as z from 'zod';
import { decodeJsonObject, validate } from '#lib/decode.ts';
import { isoTime } from '#lib/event-time.ts';
import { partitionName } from '#lib/kafka/batch.ts';
import { SOURCE } from '#lib/kafka/headers.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { WindowOrder } from '#lib/windows/state/state.ts';
import { LARGEST_AMOUNT, ORDER_LIMIT_BYTES, productId } from './schema.ts';
import { type Counted, centsOf, readWritten } from './written-order.ts';

/** An order to be counted, with the record that it is. */
export interface RecordedOrder extends WindowOrder {
  readonly record: KafkaRecord;
}

const amount = z
  .number()
  .gt(0)
  .lte(LARGEST_AMOUNT)
  .refine((value) => centsOf(value) / 100 === value, 'more than two decimals');

/** The rest is not read: this is the part of the pipeline that is done most. */
const countedSchema = z.object({ product_id: productId, amount, timestamp: isoTime });

/** `orders-2-1234`: a topic's name, a partition, an offset that a double holds. */
const RAW_COORDINATES = /^([\w.-]{1,249}-\d{1,10})-(\d{1,15})$/;

/**
 * Decodes and validates one record of processed-orders. Its identity is the raw record that it came from, which only
 * processOrder may have written (routes.ts); without one that can be read, its own coordinates.
 * @throws PermanentError with the code of the first rule that it breaks
 */
export function readWindowOrder(record: KafkaRecord): RecordedOrder {
  const { productId: product, cents, at } = readWritten(record.latin1Value) ?? readAny(record.value);
  const [, raw, offset] = RAW_COORDINATES.exec(record.header(SOURCE) ?? '') ?? [];
  return {
    record,
    productId: product,
    cents,
    at,
    raw: raw ?? partitionName(record),
    offset: offset === undefined ? record.offset : Number(offset),
  };
}

/** An order in any form that is right, or the error of what is wrong with it. */
export function readAny(value: Buffer | null): Counted {
  const order = validate(countedSchema, decodeJsonObject(value, 2 * ORDER_LIMIT_BYTES));
  return { productId: order.product_id, cents: centsOf(order.amount), at: Date.parse(order.timestamp) };
}
