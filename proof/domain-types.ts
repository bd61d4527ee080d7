import type { Manifest } from './manifest.ts';
import type { StoreReport } from './tally.ts';

/** The types in which one domain differs from another. */
export interface DomainTypes {
  report: DomainReport;
  /** the manifest of its generator */
  manifest: Manifest;
  /** what its checks need to know besides the data that is read back */
  facts: object;
  /** its PostgreSQL rows, by table */
  rows: object;
  /** the names of its topics */
  topic: string;
  /** the names of its DynamoDB tables, as keys of `World.dynamodb` */
  table: string;
}

/** A topic that a report reads back. Every topic is archived. */
export interface TopicRow {
  compacted: boolean;
  /** the functions that may send its records to a dead-letter topic */
  refusedBy?: readonly string[];
}

/** A topic whose records are stored as they are, in the tables of generic records. */
export interface StoredTopic {
  topic: string;
  /** the topic that the `source` of its rows names: itself, or the topic that its records were made from */
  identityTopic: string;
}

export type TopicRows = Readonly<Record<string, TopicRow>>;

/** The sinks that may reject records of a topic that no processing function reads before them. */
export const STORE_SINKS = ['insertIntoRds', 'upsertIntoDynamodb'] as const;

/** The columns to select from a table. @param committed SQL for the time when a row was committed */
export type Columns = (committed: string) => string;

export const ALL_COLUMNS: Columns = () => '*';

/** The report's part about one domain. */
export interface DomainReport {
  /** records of its input topic that the brokers acknowledged to the generator */
  acknowledged: number;
  /** all records of its input topic, whoever produced them */
  read: number;
  /** distinct records of its input topic in its dead-letter topic */
  deadLettered: number;
  stores: Record<string, StoreReport>;
}
