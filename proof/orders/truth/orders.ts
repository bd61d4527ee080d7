import type { ReportFacts } from '../../input.ts';
import type { BadRecord } from '../../truth/json.ts';
import { mendedIn, sourceFrom } from '../../truth/redriven.ts';
import { nameOf, sourceOf, type World } from '../../world.ts';
import { ORDERS, ORDERS_DLQ, PROCESSED_ORDERS } from '../places.ts';
import { type Late, lateOrders } from './late.ts';
import { type GoodOrder, judgeOrder, type Order } from './order.ts';
import { sumsOf, type WindowSum } from './window.ts';

/** What the topic orders implies. */
export interface OrdersTruth {
  /** by `source` */
  good: Map<string, GoodOrder>;
  /** by the coordinates of the record */
  bad: Map<string, BadRecord>;
  /** those of the bad ones whose product came into the catalogue later */
  mended: ReadonlyMap<string, string>;
  late: Late;
  /** by `<window start, epoch seconds>/<product>` */
  windows: Map<string, WindowSum>;
}

export function ordersTruth(
  { topics }: World,
  { allowedLatenessSeconds }: Pick<ReportFacts, 'allowedLatenessSeconds'>,
): OrdersTruth {
  const good = new Map<string, GoodOrder>();
  const bad = new Map<string, BadRecord>();
  const mended = mendedIn([topics[ORDERS]], [topics[ORDERS_DLQ]], (code) => code === 'UNKNOWN_PRODUCT');
  for (const record of topics[ORDERS].records) {
    const [name, source] = [nameOf(record), sourceFrom(record)];
    const judged = judgeOrder(record);
    const code = 'bad' in judged ? judged.bad : mended.get(name);
    if ('bad' in judged || code !== undefined) bad.set(name, { record, code: code ?? '' });
    else good.set(source, { source, record, ...judged });
  }
  const late = lateOrders(topics[PROCESSED_ORDERS].records, good, allowedLatenessSeconds * 1000);
  const places = new Map<Order, number>();
  for (const record of topics[PROCESSED_ORDERS].records) {
    const order = good.get(sourceOf(record))?.order;
    if (order !== undefined) places.set(order, record.partition);
  }
  const counted = [...good.values()].filter(({ source }) => !late.sources.has(source)).map(({ order }) => order);
  // Windows count the orders in the order of processed-orders.
  const isCounted = new Set(counted);
  const ordered = [...places.keys()].filter((order) => isCounted.has(order));
  const unprocessed = counted.filter((order) => !places.has(order));
  return { good, bad, mended, late, windows: sumsOf([...ordered, ...unprocessed], (order) => places.get(order)) };
}
