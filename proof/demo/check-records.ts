import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { sameBytes } from '../checks/compare.ts';
import { checkOnce } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import type { Tally } from '../tally.ts';
import { DEMO } from '../topics.ts';
import type { BadRecord } from '../truth/bad-record.ts';
import { hasTooManyHeaders } from '../truth/json.ts';
import { type Item, type Items, type LogRecord, nameOf, type RecordRow, type Rows, type TopicLog } from '../world.ts';

const byName = (records: readonly LogRecord[]) => new Map(records.map((record) => [nameOf(record), record]));

/** A row of `records` for each record of demo_topic that a sink reads, whatever it is. */
export function checkRecordRows(
  rows: Rows,
  log: TopicLog,
  isOlder: (source: string) => boolean,
  findings: Findings,
): Tally {
  return checkOnce<LogRecord, RecordRow>(
    {
      place: 'rds records',
      expected: byName(log.records.filter((record) => !hasTooManyHeaders(record))),
      stored: rows.records.map((row) => [row.source, row]),
      legal: isOlder,
      difference(record, row) {
        if (row.topic !== DEMO || row.partition !== record.partition || Number(row.offset) !== record.offset) {
          return 'topic, partition or offset are not those of its source';
        }
        if (Number(row.timestamp) !== postgresTime(record.timestamp)) return 'timestamp differs';
        const { key_text, key_bytes, value_json: json, value_text, value_bytes } = row;
        if (!holds(record.key, key_text, key_bytes, isPostgresText)) return 'the key differs';
        const alone = value_text === null && value_bytes === null;
        const right =
          json === null
            ? !mustBeJson(record.value) && holds(record.value, value_text, value_bytes, isPostgresText)
            : alone && sameJson(record.value, json);
        return right ? undefined : 'the value differs';
      },
    },
    findings,
  );
}

/** "Service, account, and table quotas": an item of DynamoDB. */
const ITEM_BYTES = 400 * 1024;
/** Names, coordinates and time: what an item has beside key and value, at least and at most. */
const OTHER_BYTES = [50, 150] as const;

/**
 * The records that must be in the dead-letter topic: those that an item can't hold, though every other store has them,
 * and those that no sink reads.
 */
export function badRecords(log: TopicLog): Map<string, BadRecord> {
  const bad = log.records.flatMap((record): BadRecord[] => {
    if (hasTooManyHeaders(record)) return [{ record, code: 'TOO_MANY_HEADERS' }];
    return bytesOf(record) + OTHER_BYTES[0] > ITEM_BYTES ? [{ record, code: 'TOO_LARGE' }] : [];
  });
  return new Map(bad.map((one) => [nameOf(one.record), one]));
}

const bytesOf = ({ key, value }: LogRecord) => (key?.length ?? 0) + (value?.length ?? 0);

/** An item of the records table for each record of demo_topic that one can hold. */
export function checkRecordItems(
  items: Items,
  log: TopicLog,
  isOlder: (source: string) => boolean,
  findings: Findings,
): Tally {
  const fitting = log.records.filter(
    (record) => !hasTooManyHeaders(record) && bytesOf(record) + OTHER_BYTES[1] <= ITEM_BYTES,
  );
  return checkOnce<LogRecord, Item>(
    {
      place: 'dynamodb records',
      expected: byName(fitting),
      stored: items.records.map((item) => [`${String(item['topicPartition'])}-${String(item['offset'])}`, item]),
      legal: isOlder,
      difference(record, item) {
        const { topicPartition: _, offset: __, timestamp, key, keyBytes, value, valueBytes, ...more } = item;
        if (timestamp !== record.timestamp) return 'timestamp differs';
        if (!holds(record.key, key, keyBytes, isUtf8)) return 'the key differs';
        if (!holds(record.value, value, valueBytes, isUtf8)) return 'the value differs';
        const left = Object.keys(item).length - Object.keys(more).length;
        const wanted = 3 + Number(record.key !== null) + Number(record.value !== null);
        return left === wanted && Object.keys(more).length === 0 ? undefined : 'it has more attributes';
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

/** Whether bytes are held: as text where the place can hold them so, else as bytes, and not as both; null is neither. */
function holds(bytes: Buffer | null, text: unknown, held: unknown, isText: (bytes: Buffer) => boolean): boolean {
  const [asText, asBytes] = [text ?? null, held ?? null];
  if (bytes === null) return asText === null && asBytes === null;
  if (isText(bytes)) return asBytes === null && asText === bytes.toString('utf8');
  return asText === null && sameBytes(bytes, asBytes as Buffer | null);
}

/** PostgreSQL's text holds UTF-8 without U+0000. */
const isPostgresText = (bytes: Buffer) => isUtf8(bytes) && !bytes.includes(0);

/** What may be too much for `jsonb`, and is then text: escapes of U+0000 and of surrogates, numbers of many digits. */
const DOUBTFUL = /\\u(?:0000|d[89a-f])|\d[eE]|\d{300}/i;
const PLAIN_DEPTH = 100;

/** Whether a value is JSON that `jsonb` holds, beyond doubt. JSON's own `null` is none: it would be SQL's. */
function mustBeJson(value: Buffer | null): boolean {
  if (value === null || !isPostgresText(value)) return false;
  const text = value.toString('utf8');
  if (DOUBTFUL.test(text) || text.split(/[[{]/, PLAIN_DEPTH).length === PLAIN_DEPTH) return false;
  try {
    return JSON.parse(text) !== null;
  } catch {
    return false;
  }
}

/** Equal as JSON: `jsonb` keeps neither spaces nor the order of names. */
function sameJson(value: Buffer | null, json: string): boolean {
  try {
    return value !== null && isUtf8(value) && isDeepStrictEqual(JSON.parse(value.toString('utf8')), JSON.parse(json));
  } catch {
    return false;
  }
}
