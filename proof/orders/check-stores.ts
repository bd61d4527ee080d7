import { fieldDifference, rowDifference } from '../checks/compare.ts';
import { checkOnce } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import type { Tally } from '../tally.ts';
import type { Item, Items, Rows } from '../world.ts';
import type { OrderRow } from './places.ts';
import type { GoodOrder } from './truth/order.ts';
import type { OrdersTruth } from './truth/orders.ts';
import { moneyText } from './truth/window.ts';

/** A row of `orders` for each good order, including late orders and repeated ids. */
export function checkOrderRows(
  { orders }: Rows,
  truth: OrdersTruth,
  isOlder: (source: string) => boolean,
  findings: Findings,
): Tally {
  return checkOnce<GoodOrder, OrderRow>(
    {
      place: 'rds orders',
      expected: truth.good,
      stored: orders.map((row) => [row.source, row]),
      legal: isOlder,
      difference({ order }, row) {
        const { cents, at, amount: _, ...ids } = order;
        const { source: __, event_time, ...found } = row;
        const wanted = { ...ids, amount: moneyText(cents), event_time: at };
        return rowDifference(wanted, { ...found, event_time: Number(event_time) });
      },
    },
    findings,
  );
}

/** An item for each good order, with its id and `source` as the key. */
export function checkOrderItems(
  { orders }: Items,
  truth: OrdersTruth,
  isOlder: (source: string) => boolean,
  findings: Findings,
): Tally {
  return checkOnce<GoodOrder, Item>(
    {
      place: 'dynamodb orders',
      expected: new Map([...truth.good.values()].map((good) => [itemKey(good.order.order_id, good.source), good])),
      stored: orders.map((item) => [itemKey(item['order_id'], item['source']), item]),
      legal: (_, { source }) => isOlder(String(source)),
      difference({ source, order }, item) {
        const { cents: _, at, ...fields } = order;
        return fieldDifference({ ...fields, source, eventTime: new Date(at).toISOString() }, item);
      },
    },
    findings,
  );
}

const itemKey = (orderId: unknown, source: unknown) => `${String(orderId)} ${String(source)}`;
