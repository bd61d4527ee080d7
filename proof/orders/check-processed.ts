import { fieldDifference } from '../checks/compare.ts';
import { checkOnce, type OnceResult } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import { objectOf } from '../truth/json.ts';
import { type LogRecord, sourceOf, type TopicLog } from '../world.ts';
import { PROCESSED_ORDERS } from './places.ts';
import type { GoodOrder } from './truth/order.ts';
import type { OrdersTruth } from './truth/orders.ts';

/** Each good order is in processed-orders with its `source`, exactly its fields, and its product's name. */
export function checkProcessed(
  log: TopicLog,
  truth: OrdersTruth,
  isOlder: (source: string) => boolean,
  findings: Findings,
): OnceResult {
  return checkOnce<GoodOrder, LogRecord>(
    {
      place: PROCESSED_ORDERS,
      expected: truth.good,
      stored: log.records.map((record) => [sourceOf(record), record]),
      repeats: 'allowed',
      legal: isOlder,
      difference({ order }, record) {
        const { cents: _, at, ...fields } = order;
        if (record.key?.toString('utf8') !== order.product_id) return 'the key is not the product_id';
        const form = objectOf(record.value, Number.POSITIVE_INFINITY);
        if ('bad' in form) return `the value is not a JSON object (${form.bad})`;
        return fieldDifference({ ...fields, timestamp: new Date(at).toISOString() }, form.object);
      },
    },
    findings,
  );
}
