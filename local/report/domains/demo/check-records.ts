import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { sameBytes } from '../../checks/compare.ts';
import { checkOnce } from '../../checks/once.ts';
import type { Findings } from '../../findings.ts';
import type { Tally } from '../../tally.ts';
import { DEMO } from '../../topics.ts';
import type { BadRecord } from '../../truth/bad-record.ts';
import {
  type Item,
  type Items,
  type LogRecord,
  nameOf,
  type RecordRow,
  type Rows,
  type TopicLog,
} from '../../world.ts';

const byName = (records: readonly LogRecord[]) => new Map(records.map((record) => [nameOf(record), record]));

/** A row of `records` for each record of demo_topic, whatever it is. */
export function checkRecordRows(
  rows: Rows,
  log: TopicLog,
  isOlder: (source: string) => boolean,
  findings: Findings,
): Tally {
  return checkOnce<LogRecord, RecordRow>(
    {
      place: 'rds records',
      expected: byName(log.records),
      stored: rows.records.map((row) => [row.source, row]),
      legal: isOlder,
      difference(record, row) {
        if (row.topic !== DEMO || row.partition !== record.partition || Number(row.offset) !== record.offset) {
          return 'topic, partition or offset are not those of its source';
        }
        if (Number(row.timestamp) !== postgresTime(record.timestamp)) return 'timestamp differs';
        if (!holds(record.key, row.key_text, row.key_bytes)) return 'the key differs';
        const { value_json: json } = row;
        if (json === null)
          return holds(record.value, row.value_text, row.value_bytes) ? undefined : 'the value differs';
        const alone = row.value_text === null && row.value_bytes === null;
        return alone && sameJson(record.value, json) ? undefined : 'the value differs';
      },
    },
    findings,
  );
}

/** "Service, account, and table quotas": an item of DynamoDB. */
const ITEM_BYTES = 400 * 1024;
/** Names, coordinates and time: what an item has beside key and value, at least and at most. */
const OTHER_BYTES = [50, 150] as const;

/** The records that an item can't hold: they must be in the dead-letter topic, and in every other store all the same. */
export function tooLargeForItems(log: TopicLog): Map<string, BadRecord> {
  const large = log.records.filter((record) => bytesOf(record) + OTHER_BYTES[0] > ITEM_BYTES);
  return new Map(large.map((record) => [nameOf(record), { record, code: 'TOO_LARGE' }]));
}

const bytesOf = ({ key, value }: LogRecord) => (key?.length ?? 0) + (value?.length ?? 0);

/** An item of the records table for each record of demo_topic that one can hold. */
export function checkRecordItems(
  items: Items,
  log: TopicLog,
  isOlder: (source: string) => boolean,
  findings: Findings,
): Tally {
  const fitting = log.records.filter((record) => bytesOf(record) + OTHER_BYTES[1] <= ITEM_BYTES);
  return checkOnce<LogRecord, Item>(
    {
      place: 'dynamodb records',
      expected: byName(fitting),
      stored: items.records.map((item) => [`${String(item['topicPartition'])}-${String(item['offset'])}`, item]),
      legal: isOlder,
      difference(record, item) {
        if (item['timestamp'] !== record.timestamp) return 'timestamp differs';
        if (!holds(record.key, item['key'], item['keyBytes'])) return 'the key differs';
        return holds(record.value, item['value'], item['valueBytes']) ? undefined : 'the value differs';
      },
    },
    findings,
  );
}

const LAST_MS_OF_9999 = 253_402_300_799_999;

/** A Kafka timestamp that is no date is PostgreSQL's time before or after all others. */
function postgresTime(timestamp: number): number {
  if (timestamp < 0) return Number.NEGATIVE_INFINITY;
  return timestamp > LAST_MS_OF_9999 ? Number.POSITIVE_INFINITY : timestamp;
}

/** Whether bytes are held, as text or as bytes and not as both; null is neither. */
function holds(bytes: Buffer | null, text: unknown, held: unknown): boolean {
  const [asText, asBytes] = [text ?? null, held ?? null];
  if (bytes === null) return asText === null && asBytes === null;
  if (asText === null) return sameBytes(bytes, asBytes as Buffer | null);
  return asBytes === null && typeof asText === 'string' && isUtf8(bytes) && bytes.toString('utf8') === asText;
}

/** Equal as JSON: `jsonb` keeps neither spaces nor the order of names. */
function sameJson(value: Buffer | null, json: string): boolean {
  try {
    return value !== null && isUtf8(value) && isDeepStrictEqual(JSON.parse(value.toString('utf8')), JSON.parse(json));
  } catch {
    return false;
  }
}
