import type { KafkaHeader, KafkaRecord } from '../consumer/record.ts';

/** The records of one partition in an event. */
export interface PartitionRecords {
  topic: string;
  partition: number;
  records: readonly KafkaRecord[];
}

/** A record in the event that a function gets. */
export interface MskRecord {
  topic: string;
  partition: number;
  offset: number;
  timestamp: number;
  timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME';
  /** Base64. Absent if the record has no key. */
  key?: string;
  /** Base64. Null for a tombstone. */
  value: string | null;
  /** One object for each header, in the record's order. The bytes are signed (-128 to 127), as in Lambda. */
  headers: Record<string, number[]>[];
}

/** The event of an Amazon MSK event source mapping. */
export interface MskEvent {
  eventSource: 'aws:kafka';
  eventSourceArn: string;
  bootstrapServers: string;
  /** Keyed `<topic>-<partition>`. */
  records: Record<string, MskRecord[]>;
}

/**
 * Makes the event in Lambda's format (AWS: "Using Lambda with Amazon MSK", example event).
 *
 * @example mskEvent('arn:aws:kafka:…', '127.0.0.1:9092', [{ topic: 'orders', partition: 0, records }])
 */
export function mskEvent(
  eventSourceArn: string,
  bootstrapServers: string,
  partitions: readonly PartitionRecords[],
): MskEvent {
  const records = partitions.map(
    ({ topic, partition, records }) =>
      [`${topic}-${partition}`, records.map((record) => mskRecord(topic, partition, record))] as const,
  );
  return { eventSource: 'aws:kafka', eventSourceArn, bootstrapServers, records: Object.fromEntries(records) };
}

/**
 * A record in Lambda's format. A header without a value becomes an empty object, without the header's name. This was
 * observed on AWS (github.com/Nike-Inc/hal, pull request 143); AWS's pages don't mention it.
 */
export function mskRecord(topic: string, partition: number, record: KafkaRecord): MskRecord {
  const { offset, timestamp, timestampType = 'CREATE_TIME', key, value, headers } = record;
  return {
    topic,
    partition,
    offset,
    timestamp,
    timestampType,
    ...(key && { key: key.toString('base64') }),
    value: value === null ? null : value.toString('base64'),
    headers: headers.map(({ name, value }) => (value === null ? {} : { [name]: [...signed(value)] })),
  };
}

/**
 * Size in bytes of `mskRecord` as JSON, including the comma after it: its share of Lambda's payload limit. It is
 * computed without creating the JSON.
 */
export function eventBytes(topic: string, partition: number, record: KafkaRecord): number {
  const { offset, timestamp, timestampType = 'CREATE_TIME', key, value, headers } = record;
  const fixed =
    fixedBytes + topic.length + timestampType.length + digits(partition) + digits(offset) + digits(timestamp);
  const payload = (key ? keyBytes + base64Bytes(key) : 0) + (value ? 2 + base64Bytes(value) : 4);
  return headers.reduce((sum, header) => sum + headerBytes(header), fixed + payload + Math.max(0, headers.length - 1));
}

const emptyRecord = {
  topic: '',
  partition: 0,
  offset: 0,
  timestamp: 0,
  timestampType: '',
  value: 0,
  headers: [],
};
const fixedBytes = JSON.stringify(emptyRecord).length + 1 - '0000'.length;
const keyBytes = '"key":"",'.length;

function headerBytes({ name, value }: KafkaHeader): number {
  if (value === null) return '{}'.length;
  const brackets = Buffer.byteLength(JSON.stringify(name)) + '{:[]}'.length;
  return signed(value).reduce((sum, byte) => sum + digits(byte), brackets + Math.max(0, value.length - 1));
}

function signed(bytes: Buffer): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function base64Bytes(bytes: Buffer): number {
  return Math.ceil(bytes.length / 3) * 4;
}

function digits(integer: number): number {
  return String(integer).length;
}
