import type { KafkaRecord } from '#msk';

/** A record with its place. */
export interface PlacedRecord extends KafkaRecord {
  topic: string;
  partition: number;
}

/** The last header with that name as text; undefined where there is none. */
export function headerText({ headers }: KafkaRecord, name: string): string | undefined {
  return headers.findLast((header) => header.name === name)?.value?.toString('utf8');
}

/** The value as a JSON object; undefined for anything else. */
export function objectOf({ value }: Pick<KafkaRecord, 'value'>): Record<string, unknown> | undefined {
  if (value === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(value.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** ms since the epoch of an ISO 8601 time; undefined for anything else. */
export function timeOf(text: unknown): number | undefined {
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
