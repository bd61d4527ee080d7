import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import type { RecordRow } from '../demo/places.ts';
import type { StoredTopic } from '../domain-types.ts';
import type { Findings } from '../findings.ts';
import type { Tally } from '../tally.ts';
import type { BadRecord } from '../truth/json.ts';
import { hasTooManyHeaders } from '../truth/json.ts';
import { firstNameOf, redriveOf } from '../truth/redriven.ts';
import {
  type Item,
  type Items,
  isUnread,
  type LogRecord,
  nameOf,
  type Rows,
  type TopicLog,
  type World,
} from '../world.ts';
import { differenceFromAll, sameBytes } from './compare.ts';
import { checkOnce } from './once.ts';

/*
 * Records that are stored as they are, whatever their content: the table of generic records in PostgreSQL, and the one
 * in DynamoDB. Several topics share them, so each check is about one topic's part.
 */

const byName = (records: readonly LogRecord[]) => new Map(records.map((record) => [nameOf(record), record]));

interface StoredLog extends StoredTopic {
  log: TopicLog;
  /** the `source` under which a record is stored: copies with the same identity share a row */
  identity: (record: LogRecord) => string;
}

/** A row of `records` for each record of a topic that a sink reads. */
export function checkRecordRows(
  rows: Rows,
  { topic, log, identityTopic, identity }: StoredLog,
  isOlder: (source: string) => boolean,
  findings: Findings,
): Tally {
  return checkOnce<LogRecord[], RecordRow>(
    {
      place: 'rds records',
      expected: Map.groupBy(
        log.records.filter((record) => !hasTooManyHeaders(record)),
        identity,
      ),
      stored: rows.records.filter(({ source }) => topicOf(source) === identityTopic).map((row) => [row.source, row]),
      legal: isOlder,
      difference: (copies, row) => differenceFromAll(copies, (record) => rowDifference(record, topic, row)),
    },
    findings,
  );
}

function rowDifference(record: LogRecord, topic: string, row: RecordRow): string | undefined {
  const place = { topic: row.topic, partition: row.partition, offset: Number(row.offset) };
  if (row.topic !== topic || nameOf(place) !== firstNameOf(record))
    return 'topic, partition or offset differ from its source';
  if (Number(row.timestamp) !== postgresTime(record.timestamp)) return 'timestamp differs';
  const { key_text, key_bytes, value_json: json, value_text, value_bytes } = row;
  if (!holds(record.key, key_text, key_bytes, isPostgresText)) return 'the key differs';
  const alone = value_text === null && value_bytes === null;
  const right =
    json === null
      ? !mustBeJson(record.value) && holds(record.value, value_text, value_bytes, isPostgresText)
      : alone && sameJson(record.value, json);
  return right ? undefined : 'the value differs';
}

/** The largest item (DynamoDB guide, "Service, account, and table quotas"). */
const ITEM_BYTES = 400 * 1024;
/** The least and the most bytes that an item has besides key and value: names, coordinates and time. */
const OTHER_BYTES = [50, 150] as const;

/**
 * The records that must be in the dead-letter topic: those that are too large for an item (every other store has them),
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

/**
 * An item of the records table for each record of a topic that isn't too large for an item. A redriven record has the
 * item of the first one.
 */
export function checkRecordItems(
  items: Items,
  topic: string,
  log: TopicLog,
  isOlder: (source: string) => boolean,
  findings: Findings,
): Tally {
  const fitting = log.records.filter(
    (record) => !redriveOf(record) && !hasTooManyHeaders(record) && bytesOf(record) + OTHER_BYTES[1] <= ITEM_BYTES,
  );
  return checkOnce<LogRecord, Item>(
    {
      place: 'dynamodb records',
      expected: byName(fitting),
      stored: items.records
        .filter((item) => topicOf(nameOfItem(item)) === topic)
        .map((item) => [nameOfItem(item), item]),
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

/** A Kafka timestamp that is no date becomes `-infinity` or `infinity` in PostgreSQL. */
function postgresTime(timestamp: number): number {
  if (timestamp < 0) return Number.NEGATIVE_INFINITY;
  return timestamp > LAST_MS_OF_9999 ? Number.POSITIVE_INFINITY : timestamp;
}

/** Whether a place holds the bytes: as text where it can, otherwise as bytes, never as both; null as neither. */
function holds(bytes: Buffer | null, text: unknown, held: unknown, isText: (bytes: Buffer) => boolean): boolean {
  const [asText, asBytes] = [text ?? null, held ?? null];
  if (bytes === null) return asText === null && asBytes === null;
  if (isText(bytes)) return asBytes === null && asText === bytes.toString('utf8');
  return asText === null && sameBytes(bytes, asBytes as Buffer | null);
}

/** A `text` column of PostgreSQL holds UTF-8 without U+0000. */
const isPostgresText = (bytes: Buffer) => isUtf8(bytes) && !bytes.includes(0);

/**
 * `jsonb` may reject this, and then it is stored as text: escapes of U+0000 and of surrogates, numbers of many digits.
 */
const DOUBTFUL = /\\u(?:0000|d[89a-f])|\d[eE]|\d{300}/i;
const PLAIN_DEPTH = 100;

/** Whether a value is JSON that `jsonb` surely accepts. JSON's `null` doesn't count: it would be SQL's null. */
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

/** Whether both are equal as JSON: `jsonb` keeps neither spaces nor the order of names. */
function sameJson(value: Buffer | null, json: string): boolean {
  try {
    return value !== null && isUtf8(value) && isDeepStrictEqual(JSON.parse(value.toString('utf8')), JSON.parse(json));
  } catch {
    return false;
  }
}

/** The topic in a name like `<topic>-<partition>-<offset>`. */
const topicOf = (name: string) => name.replace(/-\d+-\d+$/, '');
const nameOfItem = ({ topicPartition, offset }: Item) => `${String(topicPartition)}-${String(offset)}`;

/** Rows and items of topics that aren't stored so. */
export function checkStrayRecords(world: World, stored: readonly StoredTopic[], findings: Findings): void {
  const { rds, dynamodb } = world;
  const check = (place: string, names: readonly string[], topics: ReadonlySet<string>) => {
    for (const name of names)
      if (!topics.has(topicOf(name))) findings.add(place, 'unexpected', name, 'not of a topic that is stored here');
  };
  if (!isUnread(rds)) {
    const sources = rds.records.map(({ source }) => source);
    check('rds records', sources, new Set(stored.map(({ identityTopic }) => identityTopic)));
  }
  if (!isUnread(dynamodb))
    check('dynamodb records', dynamodb.records.map(nameOfItem), new Set(stored.map(({ topic }) => topic)));
}
