import type { LogRecord } from '../world.ts';

type HeaderForm = { name: string; text: string } | { name: string; base64: string };
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

const VALUE = ',"value":';

/**
 * Reads a line of the archive as a record, by the format's description and without the code that writes it. `value` is
 * the last member and holds the record's JSON unchanged; `null` is a tombstone; other bytes are in `valueBase64`. The
 * key is text or null in `key`, or in `keyBase64`.
 * @throws SyntaxError, TypeError where the line has another format
 */
export function recordOfLine(line: string): LogRecord {
  const at = line.indexOf(VALUE);
  const head = JSON.parse(at < 0 ? line : `${line.slice(0, at)}}`) as Head;
  const value = at < 0 ? undefined : line.slice(at + VALUE.length, -1);
  const headers = new Map<string, Buffer[]>();
  for (const header of head.headers) {
    const bytes = 'text' in header ? Buffer.from(header.text) : Buffer.from(header.base64, 'base64');
    headers.set(header.name, [...(headers.get(header.name) ?? []), bytes]);
  }
  const { topic, partition, offset, timestamp } = head;
  return { topic, partition, offset, timestamp, headers, key: keyOf(head), value: restored(value, head.valueBase64) };
}

function keyOf({ key, keyBase64 }: Head): Buffer | null {
  if (keyBase64 !== undefined) return Buffer.from(keyBase64, 'base64');
  return key === null || key === undefined ? null : Buffer.from(key);
}

function restored(json: string | undefined, base64: string | undefined): Buffer | null {
  if (json !== undefined) return json === 'null' ? null : Buffer.from(json);
  if (base64 === undefined) throw new TypeError('a line of the archive has neither value nor valueBase64');
  return Buffer.from(base64, 'base64');
}
