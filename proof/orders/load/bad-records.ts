import type { SpoilCause } from '../../load/spoiler.ts';
import type { Order } from './order.ts';

/** A way to spoil an order. */
export interface BadOrder extends SpoilCause {
  /** @param time the record's Kafka timestamp, ms since the epoch */
  value: (order: Order, time: number) => Buffer | null;
}

const LARGE_BYTES = 1_000_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Older than the allowed lateness (ALLOWED_LATENESS_SECONDS, a day), so that the order is in no window. */
const LATE_MS = 25 * 3_600_000;

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const amountText = (order: Order, text: string) =>
  Buffer.from(JSON.stringify(order).replace(/"amount":[^,]+/, `"amount":${text}`));
const iso = (ms: number) => new Date(ms).toISOString();

/**
 * Every cause of bad orders, with the code of its dead letter. A generator takes them in turn. processOrder rejects all
 * except LATE: a late order is good and is stored, but is in no window.
 */
export const BAD_ORDERS: readonly BadOrder[] = [
  { cause: 'null value', code: 'NULL_VALUE', value: () => null },
  { cause: 'invalid UTF-8', code: 'NOT_UTF8', value: (order) => spoilUtf8(json(order)) },
  { cause: 'not JSON', code: 'NOT_JSON', value: (order) => json(order).subarray(0, -2) },
  { cause: 'amount NaN', code: 'NOT_JSON', value: (order) => amountText(order, 'NaN') },
  { cause: 'JSON array', code: 'NOT_AN_OBJECT', value: (order) => json([order]) },
  { cause: 'order_id missing', code: 'SCHEMA', value: (order) => json({ ...order, order_id: undefined }) },
  { cause: 'user_id empty', code: 'SCHEMA', value: (order) => json({ ...order, user_id: '' }) },
  {
    cause: 'U+0000 in user_id',
    code: 'SCHEMA',
    value: (order) => json({ ...order, user_id: `${order.user_id}\u0000` }),
  },
  {
    cause: 'lone surrogate in order_id',
    code: 'SCHEMA',
    value: (order) => json({ ...order, order_id: `${order.order_id}\ud800` }),
  },
  {
    cause: 'product_id over 64 bytes',
    code: 'SCHEMA',
    value: (order) => json({ ...order, product_id: 'é'.repeat(33) }),
  },
  { cause: '__proto__ keys', code: 'SCHEMA', value: hideInPrototype },
  { cause: 'amount 0', code: 'SCHEMA', value: (order) => json({ ...order, amount: 0 }) },
  { cause: 'amount -5', code: 'SCHEMA', value: (order) => json({ ...order, amount: -5 }) },
  { cause: 'amount in a string', code: 'SCHEMA', value: (order) => json({ ...order, amount: '12' }) },
  { cause: 'amount 1e308', code: 'SCHEMA', value: (order) => amountText(order, '1e308') },
  { cause: 'amount with a tenth of a cent', code: 'SCHEMA', value: (order) => amountText(order, '12.345') },
  { cause: 'amount over 10,000,000', code: 'SCHEMA', value: (order) => amountText(order, '10000000.01') },
  { cause: 'timestamp in words', code: 'SCHEMA', value: (order) => json({ ...order, timestamp: 'yesterday' }) },
  {
    cause: 'timestamp without a zone',
    code: 'SCHEMA',
    value: (order, time) => json({ ...order, timestamp: iso(time).replace('Z', '') }),
  },
  {
    cause: 'timestamp in the future',
    code: 'FUTURE_TIMESTAMP',
    value: (order, time) => json({ ...order, timestamp: iso(time + 10 * MINUTE_MS) }),
  },
  { cause: 'unknown product', code: 'UNKNOWN_PRODUCT', value: (order) => json({ ...order, product_id: 'P999' }) },
  // A string where a number belongs, so that the value is bad for any size limit.
  {
    cause: '1 MB value',
    code: 'TOO_LARGE',
    value: (order) => json({ ...order, amount: 'x'.repeat(LARGE_BYTES - json({ ...order, amount: '' }).length) }),
    large: true,
  },
  {
    cause: 'older than the allowed lateness',
    code: 'LATE',
    waits: true,
    value: (order, time) => json({ ...order, timestamp: iso(time - LATE_MS) }),
  },
  {
    cause: 'a month old',
    code: 'LATE',
    waits: true,
    value: (order, time) => json({ ...order, timestamp: iso(time - 30 * DAY_MS) }),
  },
];

/** Puts a byte that is never valid in UTF-8 into a string of good JSON. */
function spoilUtf8(value: Buffer): Buffer {
  value[value.indexOf('"', value.indexOf(':')) + 1] = 0xff;
  return value;
}

/**
 * Only `__proto__` has the order_id, where a careless merge would find it. As text: a literal would set the prototype.
 */
function hideInPrototype({ order_id, ...rest }: Order): Buffer {
  return Buffer.from(`{"__proto__":${JSON.stringify({ order_id })},${JSON.stringify(rest).slice(1)}`);
}
