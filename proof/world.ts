import type { Together, TopicName, Types } from './types.ts';

/** A record as a broker or an archive holds it. */
export interface LogRecord {
  topic: string;
  partition: number;
  offset: number;
  /** ms since the epoch */
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  /** by name, in the order of their first occurrence; a repeated name has its values in their order */
  headers: ReadonlyMap<string, readonly Buffer[]>;
}

/** A topic from its first offset to its end at the time when the reading began. */
export interface TopicLog {
  /** `start` is the first offset that the log may still hold, `end` the offset after the last */
  partitions: { partition: number; start: number; end: number }[];
  /** in order of partition and offset */
  records: LogRecord[];
}

/** An offset that a consumer group has committed. */
export interface Commit {
  group: string;
  topic: string;
  partition: number;
  /** of the next record to read */
  offset: number;
  /** when, in ms since the epoch */
  timestamp: number;
}

/** An object of the archive. */
export interface ArchiveObject {
  key: string;
  /** when it became visible, ms since the epoch */
  lastModified: number;
  /** its lines, in their order */
  records: LogRecord[];
}

/** Every PostgreSQL table that is read back. */
export type Rows = Together<Types[keyof Types]['rows']>;

/** A DynamoDB item: strings, numbers, booleans, bytes. */
export type Item = Record<string, unknown>;
export type Items = Record<Types[keyof Types]['table'], Item[]>;

/** A document of an index of alerts. */
export interface AlertDocument {
  index: string;
  id: string;
  /** its fields */
  source: Record<string, unknown>;
}

/** A store that was not read: it was not started (`notRun`), or it doesn't answer (`failed`). The text says why. */
export type Unread = { notRun: string } | { failed: string };

/** The stores, and what each holds when it is read back: to add a store, add a row here and in readback/stores.ts. */
export interface Held {
  s3: ArchiveObject[];
  rds: Rows;
  dynamodb: Items;
  opensearch: AlertDocument[];
  /** the lines that Kafka Connect's sink wrote */
  file: string[];
}

export type StoreName = keyof Held;

/** All data that is read back after the drain. The report judges this and nothing else. */
export type World = {
  /** when the stores were read, ms since the epoch */
  readAt: number;
  topics: Record<TopicName, TopicLog>;
  /** every commit that Kafka still has, those of a group and partition in their order */
  commits: Commit[];
} & { [S in StoreName]: Held[S] | Unread };

/** The stores of a world that were not read, by name. */
export function unreadOf(world: World): [StoreName, Unread][] {
  const { readAt: _readAt, topics: _topics, commits: _commits, ...stores } = world;
  return Object.entries(stores).flatMap(([name, held]) => (isUnread(held) ? [[name as StoreName, held]] : []));
}

/** Whether a store was not read. */
export function isUnread(store: unknown): store is Unread {
  return typeof store === 'object' && store !== null && ('notRun' in store || 'failed' in store);
}

/** `<topic>-<partition>-<offset>`: a record's name, as in `source` headers. */
export function nameOf({ topic, partition, offset }: Pick<LogRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${topic}-${partition}-${offset}`;
}

/** The last header with that name as text; undefined where there is none. */
export function headerOf(record: LogRecord, name: string): string | undefined {
  return record.headers.get(name)?.at(-1)?.toString('utf8');
}

/** A produced record's `source`. Without this header it is its own coordinates, which match no input. */
export function sourceOf(record: LogRecord): string {
  return headerOf(record, 'source') ?? `${nameOf(record)} (no source)`;
}

/** The coordinates of the record that became this dead letter, from its headers. */
export function deadLetterOf(letter: LogRecord): string {
  const [topic, partition, offset] = ['topic', 'partition', 'offset'].map((name) =>
    headerOf(letter, `__lambda.errors.${name}`),
  );
  return topic === undefined ? `${nameOf(letter)} (no origin)` : `${topic}-${partition}-${offset}`;
}
