import { PutObjectCommand } from '@aws-sdk/client-s3';
import { archiveObject, objectKey } from '#functions/sinks/s3/object.ts';
import { s3Of } from '#local/deploy/servers.ts';
import { createRandom } from '#proof/load/random.ts';
import { batchOfRecords, type TestRecord } from '../support/msk-event.ts';

export interface YearOrder {
  readonly partition: number;
  /** Kafka's timestamp and the event time, ms */
  readonly timestamp: number;
  readonly at: number;
  readonly product: string;
  readonly cents: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 365;
const PARTITIONS = 3;
/** Orders of a day. They are made within some minutes, so that a window has several: DynamoDB Local is slow. */
const PER_DAY = 40;
const OPEN_MS = 120_000;
/** The share of orders that are hours late, but less than the allowed lateness of a day. */
const DELAYED = 0.01;
const OBJECT = 500;

/** The orders of a year before `now`, in the order in which they came. */
export function yearOfOrders(now: number): YearOrder[] {
  const random = createRandom(7);
  const begin = Math.floor((now - (DAYS + 1) * DAY_MS) / DAY_MS) * DAY_MS;
  return Array.from({ length: DAYS }, (_, day) => {
    const opens = begin + day * DAY_MS + Math.floor(random.next() * 23) * HOUR_MS;
    const times = Array.from({ length: PER_DAY }, () => opens + Math.floor(random.next() * OPEN_MS));
    return times
      .sort((a, b) => a - b)
      .map((timestamp): YearOrder => {
        const delay = random.next() < DELAYED ? random.next() * 16 * HOUR_MS : random.next() * 3_000;
        return {
          partition: Math.floor(random.next() * PARTITIONS),
          timestamp,
          at: Math.floor(timestamp - delay),
          product: `P00${1 + Math.floor(random.next() * 5)}`,
          cents: 1_000 + Math.floor(random.next() * 49_000),
        };
      });
  }).flat();
}

/** Writes them to the archive, as the topic `name`. */
export async function archiveOrders(
  orders: readonly YearOrder[],
  name: string,
  { endpoint, bucket }: { endpoint: string; bucket: string },
): Promise<void> {
  const client = s3Of({ s3: endpoint });
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const records = orders
      .filter((order) => order.partition === partition)
      .map((order, offset): TestRecord => ({ topic: name, partition, offset, ...recordOf(order, offset) }));
    for (let at = 0; at < records.length; at += OBJECT) {
      const own = batchOfRecords(records.slice(at, at + OBJECT)).partitions[0]?.records ?? [];
      const { body, metadata } = await archiveObject(own, at);
      const Key = objectKey({ topic: name, partition, epoch: 0 }, at, own[0]?.timestamp ?? 0);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: body, Metadata: { ...metadata } }));
    }
  }
  client.destroy();
}

function recordOf({ partition, timestamp, at, product, cents }: YearOrder, offset: number): TestRecord {
  const order_id = `Y${partition}-${offset}`;
  const value = {
    order_id,
    user_id: 'U0001',
    product_id: product,
    amount: cents / 100,
    timestamp: new Date(at).toISOString(),
  };
  return { key: order_id, timestamp, value };
}

/** The plain fold: count and cents of each window and product. */
export function foldOf(orders: readonly YearOrder[]): Map<string, { count: number; cents: number }> {
  const sums = new Map<string, { count: number; cents: number }>();
  for (const { at, product, cents } of orders) {
    const key = `${Math.floor(at / 60_000) * 60}/${product}`;
    const sum = sums.get(key) ?? { count: 0, cents: 0 };
    sums.set(key, { count: sum.count + 1, cents: sum.cents + cents });
  }
  return sums;
}
