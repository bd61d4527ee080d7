import { badMark, createManifest, goodMark, type Mark } from '../load/manifest.ts';
import { createLog, headersOf, json, PARTITIONS, type Part } from '../log.fixture.ts';
import type { Item, LogRecord } from '../world.ts';
import { createLedger } from './load/ledger.ts';
import { METRICS, ORDERS, ORDERS_DLQ, PROCESSED_ORDERS } from './places.ts';

const ORDER_CAUSES = [
  { cause: 'null value', code: 'NULL_VALUE' },
  { cause: 'unknown product', code: 'UNKNOWN_PRODUCT' },
  { cause: 'a month old', code: 'LATE' },
];

const PRODUCTS = [
  ['P001', 'Wireless Mouse'],
  ['P002', 'Mechanical Keyboard'],
  ['P003', 'USB-C Hub'],
] as const;
const MESSAGES: Record<string, string> = {
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
export function ordersPart(count: number, start: number, run: number): Part<'orders'> {
  const log = createLog();
  const ledger = createLedger();
  const manifest = { ...createManifest(7, run, ORDER_CAUSES), windows: ledger.windows };
  const rds: Part<'orders'>['rds'] = { orders: [], product_metrics: [] };
  const items: Item[] = [];
  const file: string[] = [];
  const letter = (of: LogRecord, code: string) =>
    log.letter(ORDERS_DLQ, of, of.topic === ORDERS ? 'processOrder' : 'aggregateOrders', code, MESSAGES[code] ?? '');
  const generate = (i: number, id: string, value: Buffer | null, at: number, mark: Mark): LogRecord => {
    const headers = headersOf({ generated: `orders-${run}/${i}` });
    const record = log.append(ORDERS, i % PARTITIONS, at, { key: Buffer.from(id), value, headers });
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
    const processed = log.append(PROCESSED_ORDERS, i % PARTITIONS, at + 30, {
      key: Buffer.from(product_id),
      value: json({ ...order, product_name, timestamp }),
      headers: headersOf({ source }),
    });
    rds.orders.push({ source, ...ids, product_name, amount: money(cents), event_time: new Date(time) });
    items.push({ ...order, product_name, source, eventTime: timestamp });
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
    const corrected = product_id === 'P001' && rds.product_metrics.length === 0 && orders > 1;
    for (const each of corrected ? [result(1, 1_001), final] : [final]) {
      log.append(
        METRICS,
        PRODUCTS.findIndex(([id]) => id === product_id),
        (window_start + 75) * 1000,
        {
          key: Buffer.from(product_id),
          value: json(each),
          headers: headersOf({ source: key }),
        },
      );
      file.push(JSON.stringify(each));
    }
    rds.product_metrics.push({
      window_start: String(window_start),
      window_end: String(window_start + 60),
      product_id,
      order_count: String(orders),
      total_revenue: money(cents),
      avg_order_value: money(Math.round(final.avg_order_value * 100)),
    });
  }
  return {
    records: log.records,
    rds,
    dynamodb: { orders: items },
    file,
    generator: { manifest, causes: ORDER_CAUSES.map(({ cause }) => cause) },
    facts: { allowedLatenessSeconds: 86_400, openWindows: 0 },
  };
}

const money = (cents: number) => (cents / 100).toFixed(2);
