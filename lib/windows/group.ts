import type { WindowOrder } from './state/state.ts';
import type { StateKey } from './store.ts';
import { bucketOf, windowOf } from './window.ts';

/** Orders of one state, in offset order of their partition. */
export interface Group<O extends WindowOrder> {
  readonly key: StateKey;
  readonly orders: O[];
}

/** Groups a partition's orders by state. The number of buckets of every window must be known. */
export function groupsOf<O extends WindowOrder>(
  partition: number,
  orders: readonly O[],
  bucketCounts: ReadonlyMap<number, number>,
): Group<O>[] {
  const windows = new Map<number, Group<O>[]>();
  for (const order of orders) {
    const start = windowOf(order.at);
    let groups = windows.get(start);
    if (groups === undefined) {
      groups = [];
      windows.set(start, groups);
    }
    const bucket = bucketOf(order.productId, bucketCounts.get(start) as number);
    const own = groups[bucket];
    if (own === undefined) groups[bucket] = { key: { start, partition, bucket }, orders: [order] };
    else own.orders.push(order);
  }
  return [...windows.values()].flatMap((groups) => groups.filter((own) => own !== undefined));
}
