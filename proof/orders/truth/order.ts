import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type FormCode, isName, isoMs, latestEvent, objectOfRecord, own } from '../../truth/json.ts';
import type { LogRecord } from '../../world.ts';

/*
 * What a good order is, stated a second time. This code doesn't import the handlers: the code under test would repeat
 * its own mistakes in the expectation.
 */

/** The codes that the dead letter of a bad order may carry. */
export type BadCode = FormCode | 'SCHEMA' | 'FUTURE_TIMESTAMP' | 'UNKNOWN_PRODUCT';

/** An order that must be in every store. `at` is its event time in ms since the epoch. */
export interface Order {
  order_id: string;
  user_id: string;
  product_id: string;
  product_name: string;
  amount: number;
  cents: number;
  at: number;
}

/** A good record of orders. */
export interface GoodOrder {
  source: string;
  record: LogRecord;
  order: Order;
}

const LIMIT_BYTES = 64 * 1024;
const PRODUCT_BYTES = 64;
const MOST_CENTS = 1_000_000_000;
const FIRST_MS = 100_000_000_000;
/** The last time of a Date. */
const LAST_MS = 8_640_000_000_000_000;

const CATALOGUE = fileURLToPath(import.meta.resolve('#resources/catalogue/products.json'));
const products: { product_id: string; product_name: string }[] = JSON.parse(readFileSync(CATALOGUE, 'utf8'));
const names = new Map(products.map(({ product_id, product_name }) => [product_id, product_name]));

/** Judges a record of orders: the order, or the code that its dead letter must carry. */
export function judgeOrder(record: LogRecord): { order: Order } | { bad: BadCode } {
  const form = objectOfRecord(record, LIMIT_BYTES);
  if ('bad' in form) return form;
  const [order_id, user_id, product_id, amount, time] = [
    'order_id',
    'user_id',
    'product_id',
    'amount',
    'timestamp',
  ].map((name) => own(form.object, name));
  const cents = centsOf(amount);
  const at = timeOf(time);
  if (!isName(order_id) || !isName(user_id) || !isName(product_id)) return { bad: 'SCHEMA' };
  if (Buffer.byteLength(product_id) > PRODUCT_BYTES || cents === undefined || at === undefined)
    return { bad: 'SCHEMA' };
  if (at > latestEvent(record.timestamp)) return { bad: 'FUTURE_TIMESTAMP' };
  const product_name = names.get(product_id);
  if (product_name === undefined) return { bad: 'UNKNOWN_PRODUCT' };
  return { order: { order_id, user_id, product_id, product_name, amount: amount as number, cents, at } };
}

const MONEY = /^(\d+)(?:\.(\d{1,2}))?$/;

/** By a number's shortest text: with more than two decimals or with an exponent it isn't an amount. */
function centsOf(amount: unknown): number | undefined {
  const match = typeof amount === 'number' ? MONEY.exec(String(amount)) : null;
  if (match === null) return undefined;
  const cents = Number(`${match[1]}${(match[2] ?? '').padEnd(2, '0')}`);
  return cents > 0 && cents <= MOST_CENTS ? cents : undefined;
}

/** ISO 8601 with a zone, or a number: seconds below 1e11, else milliseconds. Not before 1970. */
function timeOf(time: unknown): number | undefined {
  const ms = typeof time === 'number' ? Math.round(time < FIRST_MS ? time * 1000 : time) : isoMs(time);
  return ms !== undefined && ms >= 0 && ms <= LAST_MS ? ms : undefined;
}
