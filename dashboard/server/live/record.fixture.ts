import type { PlacedRecord } from './kafka-record.ts';

/** A record as the consumer gives it; a value that is an object becomes JSON. */
export function record(
  topic: string,
  value: object | string | null,
  {
    offset = 0,
    timestamp = 1_000,
    headers = {},
    key = null,
  }: { offset?: number; timestamp?: number; headers?: Record<string, string>; key?: string | null } = {},
): PlacedRecord {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
  return {
    topic,
    partition: 0,
    offset,
    timestamp,
    key: key === null ? null : Buffer.from(key),
    value: text === null ? null : Buffer.from(text),
    headers: Object.entries(headers).map(([name, own]) => ({ name, value: Buffer.from(own) })),
  };
}
