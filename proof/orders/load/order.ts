import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRandom, type Random } from '../../load/random.ts';

/** A value of the topic orders; timestamp in ISO 8601, or in seconds or milliseconds since the epoch. */
export interface Order {
  order_id: string;
  user_id: string;
  product_id: string;
  amount: number;
  timestamp: string | number;
}

/** An order with its amount in cents and its event time (ms since the epoch), for the ledger. */
export interface PlacedOrder {
  order: Order;
  cents: number;
  time: number;
}

export interface OrdersOptions {
  seed: number;
  /** What order ids start with. */
  prefix?: string;
}

const CATALOGUE = fileURLToPath(import.meta.resolve('#resources/catalogue/products.json'));
const USERS = 1_000;
const CENTS = { min: 1_000, max: 50_000 };
/** For this number of orders, one product sells more than the others together; then another product does. */
const HOT_FOR = 400;
const HOT_SHARE = 0.5;
/** The share of orders that repeat the id of the order before them, usually with another amount. */
const SENT_AGAIN = 0.002;
/** How long an order takes to the broker, in ms: rarely seconds, and always less than the windows' grace. */
const ON_ITS_WAY = [
  { share: 0.9, most: 300 },
  { share: 0.99, most: 1_000 },
  { share: 1, most: 3_000 },
] as const;

type Times = readonly { share: number; of: (ms: number) => string | number }[];
/** The formats in which clients write a time. */
const TIMES: Times = [
  { share: 0.85, of: (ms) => new Date(ms).toISOString() },
  { share: 0.9, of: (ms) => ms },
  { share: 0.95, of: (ms) => ms / 1000 },
  { share: 1, of: (ms) => new Date(ms + 2 * 3_600_000).toISOString().replace('Z', '+02:00') },
];

/**
 * Orders of a shop: the same seed gives the same orders in the same order; only their times depend on `now`.
 *
 * @example
 * const next = createOrders({ seed: 7 });
 * next(Date.now()).order; // { order_id: 'O7-000001', user_id: 'U0042', product_id: 'P003', amount: 121.5, … }
 */
export function createOrders({ seed, prefix = 'O' }: OrdersOptions): (now: number) => PlacedOrder {
  const products = productIds();
  const random = createRandom(seed);
  let made = 0;
  let latest = '';
  return (now) => {
    const hot = createRandom(seed, Math.floor(made / HOT_FOR)).below(products.length);
    const product = random.chance(HOT_SHARE) ? hot : random.below(products.length);
    const cents = amountOf(random, product, products.length);
    const time = now - pick(ON_ITS_WAY, random).most * random.next();
    const { of: written } = pick(TIMES, random);
    const again = random.chance(SENT_AGAIN) && latest !== '';
    const user = Math.floor(USERS * random.next() ** 2);
    made++;
    if (!again) latest = `${prefix}${seed}-${String(made).padStart(6, '0')}`;
    const order = {
      order_id: latest,
      user_id: `U${String(user).padStart(4, '0')}`,
      product_id: products[product] as string,
      amount: cents / 100,
      timestamp: written(Math.floor(time)),
    };
    return { order, cents, time: Math.floor(time) };
  };
}

/** The ids of resources/catalogue/products.json. */
export function productIds(): string[] {
  const products = JSON.parse(readFileSync(CATALOGUE, 'utf8')) as { product_id: string }[];
  return products.map(({ product_id }) => product_id);
}

/** Between $10 and $500, around the product's usual price. */
function amountOf(random: Random, product: number, products: number): number {
  const usual = CENTS.min + ((product + 1) / (products + 1)) * 0.7 * (CENTS.max - CENTS.min);
  const cents = Math.round(usual * (1 + 0.4 * random.normal()));
  return Math.min(CENTS.max, Math.max(CENTS.min, cents));
}

function pick<T extends { share: number }>(choices: readonly T[], random: Random): T {
  const at = random.next();
  return choices.find(({ share }) => at < share) as T;
}
