import { isUtf8 } from 'node:buffer';
import type { Header } from '#lib/kafka/headers.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';

/** A record as a line of the archive holds it: all that is needed to produce the record again. */
export type ArchivedRecord = Pick<
  KafkaRecord,
  'topic' | 'partition' | 'offset' | 'timestamp' | 'key' | 'value' | 'headers'
>;

type HeaderForm = { name: string; text: string | null } | { name: string; base64: string };
interface Head {
  topic: string;
  partition: number;
  offset: number;
  timestamp: number;
  key?: string | null;
  keyBase64?: string;
  headers: HeaderForm[];
  valueBase64?: string;
}

/**
 * The beginning of the member `value`. The same text can't occur before it: quotes within JSON strings are escaped, and
 * no other member has that name.
 */
const VALUE = ',"value":';

/**
 * A record as one line of JSON, without its line feed. {@link parseLine} restores every byte of the record:
 *
 * `{"topic","partition","offset","timestamp","key","headers":[{"name","text"}],"value"}`
 *
 * - `value` is the record's own JSON, verbatim (with its spaces, number formats and repeated names), and always last.
 *   Bytes that are not JSON, JSON over several lines, and the JSON text `null` (as `"value":null` is a tombstone) are
 *   in `valueBase64` instead.
 * - `key` is text, or null without a key; bytes that are not UTF-8 are in `keyBase64` instead.
 * - `headers` keep their order, as names may repeat; `text` is null for a header without a value; bytes that are not
 *   UTF-8 are in `base64` instead.
 */
export function toLine(record: ArchivedRecord): string {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  const head = JSON.stringify({
    topic,
    partition,
    offset,
    timestamp,
    ...keyForm(key),
    headers: headers.map(headerForm),
  });
  return `${head.slice(0, -1)}${valueMember(value)}}`;
}

/** The record of a line from {@link toLine}. */
export function parseLine(line: string): ArchivedRecord {
  const at = line.indexOf(VALUE);
  const head: Head = JSON.parse(at < 0 ? line : `${line.slice(0, at)}}`);
  const { topic, partition, offset, timestamp } = head;
  return {
    topic,
    partition,
    offset,
    timestamp,
    key: restore(head.key, head.keyBase64),
    headers: head.headers.map(restoreHeader),
    value: at < 0 ? restore(null, head.valueBase64) : restoreValue(line.slice(at + VALUE.length, -1)),
  };
}

function keyForm(key: Buffer | null): Pick<Head, 'key' | 'keyBase64'> {
  if (key === null) return { key };
  return isUtf8(key) ? { key: key.toString('utf8') } : { keyBase64: key.toString('base64') };
}

function headerForm({ name, value }: Header): HeaderForm {
  if (value === null) return { name, text: null };
  return isUtf8(value) ? { name, text: value.toString('utf8') } : { name, base64: value.toString('base64') };
}

function valueMember(value: Buffer | null): string {
  if (value === null) return `${VALUE}null`;
  const text = isUtf8(value) ? value.toString('utf8') : '';
  return isVerbatimJson(text) ? `${VALUE}${text}` : `,"valueBase64":"${value.toString('base64')}"`;
}

function isVerbatimJson(text: string): boolean {
  if (/[\n\r]/.test(text)) return false;
  try {
    return JSON.parse(text) !== null;
  } catch {
    return false;
  }
}

function restore(text: string | null | undefined, base64: string | undefined): Buffer | null {
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return text === null || text === undefined ? null : Buffer.from(text, 'utf8');
}

function restoreHeader(form: HeaderForm): Header {
  const { name } = form;
  return { name, value: 'text' in form ? restore(form.text, undefined) : Buffer.from(form.base64, 'base64') };
}

function restoreValue(json: string): Buffer | null {
  return json === 'null' ? null : Buffer.from(json, 'utf8');
}
