import type { TopicName } from './topics.ts';

/** A record as a broker or an archive holds it. */
export interface LogRecord {
  topic: string;
  partition: number;
  offset: number;
  /** ms since the epoch */
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  /** by name, in the record's order of first occurrences; the values of a repeated one in their order */
  headers: ReadonlyMap<string, readonly Buffer[]>;
}

/** A topic from its first offset to its end, as they were when the reading began. */
export interface TopicLog {
  /** `start` is the first offset that the log may still hold, `end` the one after the last */
  partitions: { partition: number; start: number; end: number }[];
  /** in order of partition and offset */
  records: LogRecord[];
}

/** An object of the archive. */
export interface ArchiveObject {
  key: string;
  /** when it became visible, ms since the epoch */
  lastModified: number;
  /** its lines, in their order */
  records: LogRecord[];
}

/** Rows as `pg` gives them. */
export interface ReadingRow {
  source: string;
  vehicle_id: string;
  event_time: Date;
  latitude: number;
  longitude: number;
  speed: number | null;
  fuel_level: number | null;
  temperature: number | null;
  distance_remaining_km: number | null;
  estimated_arrival: Date | null;
  /** when it was committed; null where the server doesn't keep it (`track_commit_timestamp`) */
  committed: Date | null;
}
export interface AlertRow {
  source: string;
  vehicle_id: string;
  alert: string;
  event_time: Date;
  detail: unknown;
}
export interface TripRow {
  source: string;
  vehicle_id: string;
  trip_id: string | null;
  destination_latitude: number | null;
  destination_longitude: number | null;
  planned_arrival: Date | null;
  deleted: boolean;
}
export interface RecordRow {
  source: string;
  topic: string;
  partition: number;
  offset: string;
  /** a number where it is infinite */
  timestamp: Date | number | null;
  key_text: string | null;
  key_bytes: Buffer | null;
  /** the JSON's text */
  value_json: string | null;
  value_text: string | null;
  value_bytes: Buffer | null;
}
/** `numeric` and `bigint` columns are text. */
export interface OrderRow {
  source: string;
  order_id: string;
  user_id: string;
  product_id: string;
  product_name: string;
  amount: string;
  event_time: Date;
}
export interface MetricRow {
  window_start: string;
  window_end: string;
  product_id: string;
  order_count: string;
  total_revenue: string;
  avg_order_value: string;
}
/** `inet` columns are text. */
export interface LoginRow {
  source: string;
  user_id: string;
  app_version: string;
  ip: string | null;
  locale: string;
  device_id: string | null;
  device_type: string;
  event_time: Date;
}
export interface Rows {
  readings: ReadingRow[];
  alerts: AlertRow[];
  trips: TripRow[];
  records: RecordRow[];
  orders: OrderRow[];
  product_metrics: MetricRow[];
  logins: LoginRow[];
}

/** A DynamoDB item: strings, numbers, booleans, bytes. */
export type Item = Record<string, unknown>;
export interface Items {
  vehicles: Item[];
  alerts: Item[];
  trips: Item[];
  records: Item[];
  orders: Item[];
  users: Item[];
  devices: Item[];
}

/** A document of an index of alerts. */
export interface AlertDocument {
  index: string;
  id: string;
  /** its fields */
  source: Record<string, unknown>;
}

/** A store that was not read, and why: it was not started (`notRun`), or it does not answer (`failed`). */
export type Unread = { notRun: string } | { failed: string };

/** All that is read back after the drain: what the report judges, and all that it judges. */
export interface World {
  /** when the stores were read, ms since the epoch */
  readAt: number;
  topics: Record<TopicName, TopicLog>;
  s3: ArchiveObject[] | Unread;
  rds: Rows | Unread;
  dynamodb: Items | Unread;
  opensearch: AlertDocument[] | Unread;
  /** the lines that Kafka Connect's sink has written */
  file: string[] | Unread;
}

/** The stores of a world. */
export const STORE_NAMES = ['s3', 'rds', 'dynamodb', 'opensearch', 'file'] as const;
export type StoreName = (typeof STORE_NAMES)[number];

/** Whether a store was not read. */
export function isUnread(store: unknown): store is Unread {
  return typeof store === 'object' && store !== null && ('notRun' in store || 'failed' in store);
}

/** `<topic>-<partition>-<offset>`: a record's name, as in `source` headers. */
export function nameOf({ topic, partition, offset }: Pick<LogRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}-${partition}-${offset}`;
}

/** The last header of that name as text, undefined where there is none. */
export function headerOf(record: LogRecord, name: string): string | undefined {
  return record.headers.get(name)?.at(-1)?.toString('utf8');
}

/** A produced record's `source`; without one it is known by its own coordinates, and matches no input. */
export function sourceOf(record: LogRecord): string {
  return headerOf(record, 'source') ?? `${nameOf(record)} (no source)`;
}
