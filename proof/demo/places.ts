import { STORE_SINKS, type TopicRow } from '../domain-types.ts';

export const DEMO = 'demo_topic';
export const DEMO_DLQ = 'demo-dlq';

export const TOPICS = {
  [DEMO]: { compacted: false, refusedBy: STORE_SINKS },
  [DEMO_DLQ]: { compacted: false },
} as const satisfies Record<string, TopicRow>;

export const TABLES = { records: 'RecordsTable' } as const;

export const COLUMNS = {
  // As text: SQL's null differs from JSON's null, and `pg` returns null for both.
  records: () => '*, value_json::text AS value_json',
};

/** A row as `pg` returns it. */
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
