import * as z from 'zod';
import { decodeJsonObject, validate } from '#lib/decode.ts';
import { isoTime } from '#lib/event-time.ts';
import { partitionName } from '#lib/kafka/batch.ts';
import { SOURCE } from '#lib/kafka/headers.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { WindowOrder } from '#lib/windows/state/state.ts';
import { LARGEST_AMOUNT } from './limits.ts';
import { ORDER_LIMIT_BYTES, productId } from './schema.ts';
import { type Counted, centsOf, readWritten } from './written-order.ts';

/** An order to count, with its record. */
export interface RecordedOrder extends WindowOrder {
  readonly record: KafkaRecord;
}

const amount = z
  .number()
  .gt(0)
  .lte(LARGEST_AMOUNT)
  .refine((value) => centsOf(value) / 100 === value, 'more than two decimals');

/** No other field is read, for speed: this runs more often than all other code of the pipeline. */
const countedSchema = z.object({ product_id: productId, amount, timestamp: isoTime });

/** `orders-2-1234`: a topic's name, a partition, and an offset that a double can hold; `/redriven` may follow. */
const RAW_COORDINATES = /^([\w.-]{1,249}-\d{1,10})-(\d{1,15})(\/redriven)?$/;

/**
 * Decodes and validates one record of processed-orders. The order's identity is the raw record in the `source` header,
 * which only processOrder may write (routes.ts); without a valid header, it is the record's own coordinates.
 * @throws PermanentError with the code of the first rule that the record breaks
 */
export function readWindowOrder(record: KafkaRecord): RecordedOrder {
  const { productId: product, cents, at } = readWritten(record.latin1Value) ?? readAny(record.value);
  const [, raw, offset, redriven = ''] = RAW_COORDINATES.exec(record.header(SOURCE) ?? '') ?? [];
  return {
    record,
    productId: product,
    cents,
    at,
    raw: raw === undefined ? partitionName(record) : raw + redriven,
    offset: offset === undefined ? record.offset : Number(offset),
  };
}

/**
 * Reads an order in any valid form.
 * @throws PermanentError with the code of the first rule that the value breaks
 */
export function readAny(value: Buffer | null): Counted {
  const order = validate(countedSchema, decodeJsonObject(value, 2 * ORDER_LIMIT_BYTES));
  return { productId: order.product_id, cents: centsOf(order.amount), at: Date.parse(order.timestamp) };
}
