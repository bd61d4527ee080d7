import type { ReportFacts } from '../../input.ts';
import type { BadRecord } from '../../truth/json.ts';
import { nameOf, sourceOf, type World } from '../../world.ts';
import { ORDERS, PROCESSED_ORDERS } from '../places.ts';
import { type Late, lateOrders } from './late.ts';
import { type GoodOrder, judgeOrder, type Order } from './order.ts';
import { sumsOf, type WindowSum } from './window.ts';

/** What the topic orders implies, by the coordinates of the record. */
export interface OrdersTruth {
  good: Map<string, GoodOrder>;
  bad: Map<string, BadRecord>;
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
  for (const record of topics[ORDERS].records) {
    const source = nameOf(record);
    const judged = judgeOrder(record);
    if ('bad' in judged) bad.set(source, { record, code: judged.bad });
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
  return { good, bad, late, windows: sumsOf([...ordered, ...unprocessed], (order) => places.get(order)) };
}
