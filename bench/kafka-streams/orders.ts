import { createRandom } from '#proof/load/random.ts';

/** The orders of the benchmark. */
export interface Load {
  orders: number;
  products: number;
  /** their range of event time */
  minutes: number;
  /** seconds by which an order may be older than one that was sent before it */
  disorderSeconds: number;
  seed: number;
}

/** A record of processed-orders, in the form that processOrder produces. */
export interface Message {
  key: string;
  value: string;
  headers: { source: string };
}

export interface Metric {
  window_start: number;
  window_end: number;
  product_id: string;
  order_count: number;
  total_revenue: number;
  avg_order_value: number;
}

const MINUTE = 60;
/** Number of partitions of the raw orders, in the headers `source`. */
const SOURCES = 3;

/** The orders in their order of sending. @param start of the first minute, in epoch seconds */
export function* orderMessages({ orders, products, minutes, disorderSeconds, seed }: Load, start: number) {
  const random = createRandom(seed);
  for (let i = 0; i < orders; i += 1) {
    const due = (i / orders) * minutes * MINUTE;
    const at = start + Math.max(0, due - random.between(0, disorderSeconds));
    yield message(i, productName(random.below(products)), random.below(49_000) + 1_000, at);
  }
}

/**
 * Orders that close the last windows: one in each partition, with a much later time. Their own window stays open.
 * @returns one order per partition, in order of the partitions
 */
export function closingMessages({ orders, minutes }: Load, start: number, partitions: number): Message[] {
  return Array.from({ length: partitions }, (_, i) =>
    message(orders + i, 'closing', 1_000, start + (minutes + 5) * MINUTE),
  );
}

/** Computes the expected metrics of these orders in memory. */
export function expectedMetrics(messages: Iterable<Message>): Map<string, Metric> {
  const sums = new Map<string, { count: number; cents: number; start: number; product: string }>();
  for (const { value } of messages) {
    const { product_id: product, amount, timestamp } = JSON.parse(value) as Record<string, string>;
    const start = Math.floor(Date.parse(timestamp as string) / (MINUTE * 1000)) * MINUTE;
    const key = `${start}/${product}`;
    const sum = sums.get(key) ?? { count: 0, cents: 0, start, product: product as string };
    sum.count += 1;
    sum.cents += Math.round(Number(amount) * 100);
    sums.set(key, sum);
  }
  return new Map(
    [...sums].map(([key, { count, cents, start, product }]) => [key, metric(start, product, count, cents)]),
  );
}

function metric(start: number, product: string, count: number, cents: number): Metric {
  return {
    window_start: start,
    window_end: start + MINUTE,
    product_id: product,
    order_count: count,
    total_revenue: cents / 100,
    avg_order_value: Math.floor((2 * cents + count) / (2 * count)) / 100,
  };
}

function message(index: number, product: string, cents: number, at: number): Message {
  const order = {
    order_id: `order-${index}`,
    user_id: `user-${index % 10_000}`,
    product_id: product,
    product_name: `Product ${product}`,
    amount: cents / 100,
    timestamp: new Date(Math.floor(at * 1000)).toISOString(),
  };
  const source = `orders-${index % SOURCES}-${Math.floor(index / SOURCES)}`;
  return { key: product, value: JSON.stringify(order), headers: { source } };
}

function productName(index: number): string {
  return `P${String(index + 1).padStart(3, '0')}`;
}
