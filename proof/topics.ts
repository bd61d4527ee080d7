export const RAW = 'raw-data-topic';
export const TRIPS = 'trips-topic';
export const PROCESSED = 'processed-data-topic';
export const ALERTS = 'alerts-topic';
export const RAW_DLQ = 'raw-data-dlq';
export const DEMO = 'demo_topic';
export const DEMO_DLQ = 'demo-dlq';
export const ORDERS = 'orders';
export const PROCESSED_ORDERS = 'processed-orders';
export const METRICS = 'product-metrics';
export const ORDERS_DLQ = 'orders-dlq';
export const LOGINS = 'user-login';
export const LOGINS_PROCESSED = 'user-login-processed';
export const LOGINS_DLQ = 'user-login-dlq';

interface TopicRow {
  domain: string;
  compacted: boolean;
  refusedBy?: readonly string[];
}

const STORES = ['insertIntoRds', 'upsertIntoDynamodb'] as const;

/** The topics that a report reads back, and who may dead-letter their records. All of them are archived. */
export const TOPICS = {
  [RAW]: { domain: 'fleet', compacted: false, refusedBy: ['processTelemetry'] },
  [TRIPS]: { domain: 'fleet', compacted: true, refusedBy: STORES },
  [PROCESSED]: { domain: 'fleet', compacted: false },
  [ALERTS]: { domain: 'fleet', compacted: false },
  [RAW_DLQ]: { domain: 'fleet', compacted: false },
  [DEMO]: { domain: 'demo', compacted: false, refusedBy: STORES },
  [DEMO_DLQ]: { domain: 'demo', compacted: false },
  [ORDERS]: { domain: 'orders', compacted: false, refusedBy: ['processOrder'] },
  [PROCESSED_ORDERS]: { domain: 'orders', compacted: false, refusedBy: ['aggregateOrders'] },
  [METRICS]: { domain: 'orders', compacted: false },
  [ORDERS_DLQ]: { domain: 'orders', compacted: false },
  [LOGINS]: { domain: 'logins', compacted: false, refusedBy: ['processLogin'] },
  [LOGINS_PROCESSED]: { domain: 'logins', compacted: false },
  [LOGINS_DLQ]: { domain: 'logins', compacted: false },
} as const satisfies Record<string, TopicRow>;

export type TopicName = keyof typeof TOPICS;
export type DomainName = (typeof TOPICS)[TopicName]['domain'];
export const TOPIC_NAMES = Object.keys(TOPICS) as TopicName[];

export function isCompacted(topic: string): boolean {
  return Object.hasOwn(TOPICS, topic) && TOPICS[topic as TopicName].compacted;
}

/** The functions that may find a record of the topic bad. */
export function refusedBy(topic: string): readonly string[] {
  const rows: Readonly<Record<string, TopicRow>> = TOPICS;
  return Object.hasOwn(rows, topic) ? (rows[topic]?.refusedBy ?? []) : [];
}
