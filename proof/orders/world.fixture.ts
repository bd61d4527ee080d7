import { badMark, createManifest, goodMark, type Mark } from '../load/manifest.ts';
import type { Item, LogRecord } from '../world.ts';
import type { OrdersManifest } from './facts.ts';
import { createLedger } from './load/ledger.ts';
import type { MetricRow, OrderRow } from './places.ts';
import { METRICS, ORDERS, ORDERS_DLQ, PROCESSED_ORDERS } from './places.ts';

export const ORDER_CAUSES = [
  { cause: 'null value', code: 'NULL_VALUE' },
  { cause: 'unknown product', code: 'UNKNOWN_PRODUCT' },
  { cause: 'a month old', code: 'LATE' },
];

/** The orders' part of a world. */
export interface OrdersPart {
  records: LogRecord[];
  rows: OrderRow[];
  metrics: MetricRow[];
  items: Item[];
  lines: string[];
  manifest: OrdersManifest;
}

const PRODUCTS = [
  ['P001', 'Wireless Mouse'],
  ['P002', 'Mechanical Keyboard'],
  ['P003', 'USB-C Hub'],
] as const;
const SAID: Record<string, string> = {
  NULL_VALUE: 'the record has no value',
  UNKNOWN_PRODUCT: 'product_id: wrong',
  LATE: 'timestamp: too old',
};
const MONTH_MS = 30 * 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Right orders of three products in three windows, made by hand as the pipeline must produce them. Every second one
 * costs 10.01, so that averages are rounded; every 10th order is bad; order 6 has the id of order 5; order 29 is a
 * month late; the first window of P001 was corrected once.
 * @param start of the first window, ms since the epoch
 */
export function ordersPart(count: number, start: number, run: number): OrdersPart {
  const ledger = createLedger();
  const manifest = { ...createManifest(7, run, ORDER_CAUSES), windows: ledger.windows };
  const part: OrdersPart = { records: [], rows: [], metrics: [], items: [], lines: [], manifest };
  const next = new Map<string, number>();
  const append = (topic: string, partition: number, timestamp: number, rest: Partial<LogRecord>): LogRecord => {
    const offset = next.get(`${topic}-${partition}`) ?? 0;
    next.set(`${topic}-${partition}`, offset + 1);
    const record = { topic, partition, offset, timestamp, key: null, value: null, headers: new Map(), ...rest };
    part.records.push(record);
    return record;
  };
  const letter = (of: LogRecord, code: string) => {
    const { topic, partition, offset, timestamp, key, value } = of;
    const by = topic === ORDERS ? 'processOrder' : 'aggregateOrders';
    const message = SAID[code];
    const why = { topic, partition, offset, timestamp, function: by, exception: code, message };
    const headers = Object.entries(why).map(([name, text]) => header(`__lambda.errors.${name}`, String(text)));
    append(ORDERS_DLQ, partition, timestamp + 50, { key, value, headers: new Map([...of.headers, ...headers]) });
  };
  const generate = (i: number, id: string, value: Buffer | null, at: number, mark: Mark): LogRecord => {
    const headers = new Map([header('generated', `orders-${run}/${i}`)]);
    const record = append(ORDERS, i % 3, at, { key: Buffer.from(id), value, headers });
    manifest.acknowledge(ORDERS, record.partition, record.offset, mark);
    return record;
  };

  for (let i = 0; i < count; i++) {
    const at = start + 100 + Math.floor((i * 3 * MINUTE_MS) / count);
    const [product_id, product_name] = PRODUCTS[i % 3] as (typeof PRODUCTS)[number];
    const order_id = `O${i === 6 ? 5 : i}`;
    const cents = i % 2 === 0 ? 1_001 : 2_550;
    const late = i === 29;
    const time = late ? at - MONTH_MS : at - 15;
    const order = { order_id, user_id: `U${i % 4}`, product_id, amount: cents / 100 };
    if (i % 10 === 9 && !late) {
      const unknown = json({ ...order, product_id: 'P999', timestamp: time });
      const cause = Math.floor(i / 10) % 2;
      letter(
        generate(i, order_id, cause === 0 ? null : unknown, at, badMark(cause)),
        ORDER_CAUSES[cause]?.code as string,
      );
      continue;
    }
    const value = json({ ...order, timestamp: i % 2 === 0 ? new Date(time).toISOString() : time / 1000 });
    const raw = generate(i, order_id, value, at, late ? badMark(2) : goodMark());
    const source = `${ORDERS}-${raw.partition}-${raw.offset}`;
    const timestamp = new Date(time).toISOString();
    const { amount: _, ...ids } = order;
    const processed = append(PROCESSED_ORDERS, i % 3, at + 30, {
      key: Buffer.from(product_id),
      value: json({ ...order, product_name, timestamp }),
      headers: new Map([header('source', source)]),
    });
    part.rows.push({ source, ...ids, product_name, amount: money(cents), event_time: new Date(time) });
    part.items.push({ ...order, product_name, source, eventTime: timestamp });
    if (late) letter(processed, 'LATE');
    else ledger.add({ order: { ...order, timestamp }, cents, time });
  }

  for (const [key, { count: orders, cents }] of ledger.windows) {
    const [window_start, product_id] = [Number(key.split('/')[0]), key.split('/')[1] as string];
    const result = (n: number, sum: number) => ({
      window_start,
      window_end: window_start + 60,
      product_id,
      order_count: n,
      total_revenue: sum / 100,
      avg_order_value: Math.round((sum / n) * (1 + 1e-12)) / 100,
    });
    const final = result(orders, cents);
    const corrected = product_id === 'P001' && part.metrics.length === 0 && orders > 1;
    for (const each of corrected ? [result(1, 1_001), final] : [final]) {
      append(
        METRICS,
        PRODUCTS.findIndex(([id]) => id === product_id),
        (window_start + 75) * 1000,
        {
          key: Buffer.from(product_id),
          value: json(each),
          headers: new Map([header('source', key)]),
        },
      );
      part.lines.push(JSON.stringify(each));
    }
    part.metrics.push({
      window_start: String(window_start),
      window_end: String(window_start + 60),
      product_id,
      order_count: String(orders),
      total_revenue: money(cents),
      avg_order_value: money(Math.round(final.avg_order_value * 100)),
    });
  }
  return part;
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const header = (name: string, value: string): [string, Buffer[]] => [name, [Buffer.from(value)]];
const money = (cents: number) => (cents / 100).toFixed(2);
