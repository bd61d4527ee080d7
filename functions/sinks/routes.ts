import { TransientError } from '#lib/errors.ts';

/** The tables of PostgreSQL that a topic's records can go to (resources/sql). */
export type RowKind = 'readings' | 'alerts' | 'trips' | 'orders' | 'product_metrics' | 'logins' | 'records';
/** The tables of DynamoDB that a topic's records can go to (resources/stores/dynamodb.yml). */
export type ItemKind = 'vehicles' | 'alerts' | 'trips' | 'orders' | 'users' | 'devices' | 'records';

/** What the sinks do with a topic. The archive in S3 has no column, as it takes every topic. */
export interface Route {
  /** for readers of this file */
  readonly holds: string;
  /** dead-letter topic for records that a store rejects; null: see {@link deadLetterTopicOf} */
  readonly deadLetterTopic: string | null;
  /** whether it keeps only the last record of each key (resources/kafka/topics.yml) */
  readonly compacted?: true;
  /** whether `source` and `origin` headers are used: only where nobody but our functions may write (ACL) */
  readonly trusted: boolean;
  readonly rds: RowKind | null;
  /** a record may be an item of several tables */
  readonly dynamodb: readonly ItemKind[];
}

const archivedOnly = { trusted: false, rds: null, dynamodb: [] } as const;

/** The one table of topics and stores: to add a topic, add a row, and its mappings in functions.yml. */
export const routes: Readonly<Record<string, Route>> = {
  'raw-data-topic': { ...archivedOnly, holds: "vehicles' readings as sent", deadLetterTopic: 'raw-data-dlq' },
  'raw-data-dlq': { ...archivedOnly, holds: 'dead letters of the fleet', deadLetterTopic: null },
  orders: { ...archivedOnly, holds: 'orders as sent', deadLetterTopic: 'orders-dlq' },
  'orders-dlq': { ...archivedOnly, holds: 'dead letters of orders', deadLetterTopic: null },
  'demo-dlq': { ...archivedOnly, holds: 'dead letters of generic records', deadLetterTopic: null },
  'trips-topic': {
    holds: 'the trip of each vehicle; a tombstone ends it',
    deadLetterTopic: 'raw-data-dlq',
    compacted: true,
    trusted: false,
    rds: 'trips',
    dynamodb: ['trips'],
  },
  'processed-data-topic': {
    holds: 'valid readings, with distance and arrival where a trip is known',
    deadLetterTopic: 'raw-data-dlq',
    trusted: true,
    rds: 'readings',
    dynamodb: ['vehicles'],
  },
  'alerts-topic': {
    holds: 'alerts of the fleet',
    deadLetterTopic: 'raw-data-dlq',
    trusted: true,
    rds: 'alerts',
    dynamodb: ['alerts'],
  },
  'processed-orders': {
    holds: "valid orders, with the product's name",
    deadLetterTopic: 'orders-dlq',
    trusted: true,
    rds: 'orders',
    dynamodb: ['orders'],
  },
  'product-metrics': {
    holds: 'count, revenue and average of each product and minute; a later result of a window corrects an earlier one',
    deadLetterTopic: 'orders-dlq',
    trusted: true,
    rds: 'product_metrics',
    dynamodb: [],
  },
  'user-login': { ...archivedOnly, holds: 'logins as sent, with full IP addresses', deadLetterTopic: 'user-login-dlq' },
  'user-login-dlq': { ...archivedOnly, holds: 'dead letters of logins', deadLetterTopic: null },
  'user-login-processed': {
    holds: 'valid logins, with defaults for missing fields, and truncated IP addresses',
    deadLetterTopic: 'user-login-dlq',
    trusted: true,
    rds: 'logins',
    dynamodb: ['users', 'devices'],
  },
  demo_topic: {
    holds: 'any text or JSON',
    deadLetterTopic: 'demo-dlq',
    trusted: false,
    rds: 'records',
    dynamodb: ['records'],
  },
};

/** A topic without a row: each record is stored unchanged, under its coordinates. */
const generic: Route = {
  holds: 'records of a topic that no domain owns',
  deadLetterTopic: 'demo-dlq',
  trusted: false,
  rds: 'records',
  dynamodb: ['records'],
};

export function routeOf(topic: string): Route {
  return Object.hasOwn(routes, topic) ? (routes[topic] as Route) : generic;
}

/**
 * The dead-letter topic of a topic.
 *
 * A dead-letter topic has none. In itself its records would go round endlessly, and another topic would hide them. Only
 * the archive reads dead-letter topics, and it has no permanent failures, as it can store any bytes (s3/sink.ts). If
 * code asks for the dead-letter topic of one nevertheless, this error hands the batch back: the record stays in its
 * topic, the partition waits, and the lag alarm fires.
 * @throws TransientError for a dead-letter topic
 */
export function deadLetterTopicOf(topic: string): string {
  const { deadLetterTopic } = routeOf(topic);
  if (deadLetterTopic !== null) return deadLetterTopic;
  throw new TransientError(
    'NO_DEAD_LETTER_TOPIC',
    `${topic} is a dead-letter topic, so it has no dead-letter topic: the batch is handed back (functions/sinks/routes.ts)`,
  );
}

/** Every dead-letter topic that a sink may produce to. */
export const deadLetterTopics: readonly string[] = [
  ...new Set([...Object.values(routes), generic].flatMap(({ deadLetterTopic }) => deadLetterTopic ?? [])),
];
