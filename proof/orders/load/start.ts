import { type GeneratorOptions, type RunningGenerator, runAtRate } from '../../load/generator.ts';
import { badMark, createManifest, goodMark } from '../../load/manifest.ts';
import { startProducer } from '../../load/producer.ts';
import type { GeneratedRecord } from '../../load/record.ts';
import { createSpoiler, type Share } from '../../load/spoiler.ts';
import type { OrdersManifest } from '../facts.ts';
import { ORDERS } from '../places.ts';
import { BAD_ORDERS } from './bad-records.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createOrders, type Order } from './order.ts';
import { dailyRate } from './shape.ts';

export interface OrdersGeneratorOptions extends GeneratorOptions {
  /** Orders per second, constant; if undefined 10 to 50, along a daily curve with bursts. */
  rate?: number | undefined;
  /** The share of bad records, 0 to 1. */
  bad?: Share | undefined;
  /** ms by which the clock that gives orders their times is wrong, at this moment; never by default. */
  skewMs?: (() => number) | undefined;
  /** What order ids start with. */
  prefix?: string | undefined;
}

const DEFAULT_BAD = 0.01;

/**
 * Starts the load on the topic orders.
 *
 * @throws Error where the brokers can't be reached
 * @example
 * const orders = await startOrders({ brokers: '127.0.0.1:9092', seed: 7, rate: 50 });
 * await orders.finished;
 * const { windows } = await orders.stop(); // Map { '1704470400/P001' => { count: 45, cents: 1245050 }, … }
 */
export async function startOrders(options: OrdersGeneratorOptions): Promise<RunningGenerator<OrdersManifest>> {
  const { brokers, seed, rate = dailyRate(seed), bad = DEFAULT_BAD, prefix, skewMs = () => 0, traces } = options;
  const ledger = createLedger();
  const manifest = { ...createManifest(seed, Date.now(), BAD_ORDERS), windows: ledger.windows };
  const producer = await startProducer({ brokers, clientId: 'orders', topics: [ORDERS], manifest, traces });
  const next = recordsOf({ seed, bad, prefix }, ledger);
  return runAtRate(options, rate, producer, manifest, (count, now) => {
    const time = now + skewMs();
    return Array.from({ length: count }, () => next(time));
  });
}

/** Makes the next order's record, good or spoiled. The ledger gets a good order when it is acknowledged. */
export function recordsOf(
  { seed, bad, prefix = 'O' }: { seed: number; bad: Share; prefix?: string | undefined },
  ledger: Ledger,
): (now: number) => GeneratedRecord {
  const nextOrder = createOrders({ seed, prefix });
  const spoiler = createSpoiler(BAD_ORDERS, bad);
  const known = createKnownProducts();
  return (now) => {
    const placed = nextOrder(now);
    const { order } = placed;
    const cause = spoiler.next((candidate) => !BAD_ORDERS[candidate]?.waits || known.canBeLate(order, now));
    const spoiled = cause === undefined ? undefined : BAD_ORDERS[cause];
    const head = { topic: ORDERS, key: order.order_id };
    if (cause !== undefined && spoiled) return { ...head, value: spoiled.value(order, now), mark: badMark(cause) };
    known.add(order, now);
    return { ...head, value: json(order), mark: goodMark(), onAcknowledged: () => ledger.add(placed) };
  };
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

/** An order can be late only if its partition has seen newer ones: so many of its product, and so long ago. */
const BEFORE_LATE = 5;
const BEFORE_LATE_MS = 10_000;

function createKnownProducts() {
  const products = new Map<string, { orders: number; since: number }>();
  return {
    add({ product_id }: Order, now: number) {
      const { orders, since } = products.get(product_id) ?? { orders: 0, since: now };
      products.set(product_id, { orders: orders + 1, since: orders < BEFORE_LATE ? now : since });
    },
    canBeLate({ product_id }: Order, now: number): boolean {
      const { orders, since } = products.get(product_id) ?? { orders: 0, since: now };
      return orders >= BEFORE_LATE && now - since >= BEFORE_LATE_MS;
    },
  };
}
