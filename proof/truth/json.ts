import { isUtf8 } from 'node:buffer';
import type { LogRecord } from '../world.ts';

/** The codes of dead letters for a record's form, in the order in which they are checked. */
export type FormCode = 'TOO_MANY_HEADERS' | 'NULL_VALUE' | 'TOO_LARGE' | 'NOT_UTF8' | 'NOT_JSON' | 'NOT_AN_OBJECT';

/** A bad record, and the code that its dead letter must carry. */
export interface BadRecord {
  record: LogRecord;
  code: string;
}

const MOST_HEADERS = 1_000;

/** Whether a record has more headers than a function reads, whatever its value. */
export function hasTooManyHeaders({ headers }: Pick<LogRecord, 'headers'>): boolean {
  let count = 0;
  for (const values of headers.values()) count += values.length;
  return count > MOST_HEADERS;
}

/** {@link objectOf} for a record that a function reads: it counts the headers first. */
export function objectOfRecord(
  record: Pick<LogRecord, 'headers' | 'value'>,
  limitBytes: number,
): ReturnType<typeof objectOf> {
  return hasTooManyHeaders(record) ? { bad: 'TOO_MANY_HEADERS' } : objectOf(record.value, limitBytes);
}

/** Reads a value as a JSON object, or gives the code that says why it isn't one. */
export function objectOf(
  value: Buffer | null,
  limitBytes: number,
): { object: Record<string, unknown> } | { bad: FormCode } {
  if (value === null) return { bad: 'NULL_VALUE' };
  if (value.length > limitBytes) return { bad: 'TOO_LARGE' };
  if (!isUtf8(value)) return { bad: 'NOT_UTF8' };
  let parsed: unknown;
  try {
    parsed = JSON.parse(value.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    return { bad: 'NOT_JSON' };
  }
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  return isObject ? { object: parsed as Record<string, unknown> } : { bad: 'NOT_AN_OBJECT' };
}

/** An object's own field, never a field of its prototype. */
export function own(object: Record<string, unknown>, field: string): unknown {
  return Object.hasOwn(object, field) ? object[field] : undefined;
}

const CONTROL = /\p{Control}/u;

/** A text of 1 to `most` characters, without control characters and lone surrogates. */
export function isPlainText(value: unknown, most: number): value is string {
  return (
    typeof value === 'string' &&
    value.length >= 1 &&
    value.length <= most &&
    value.isWellFormed() &&
    !CONTROL.test(value)
  );
}

/** A name of 1 to 128 characters. */
export function isName(value: unknown): value is string {
  return isPlainText(value, 128);
}

/** A field without a value. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** The years that every store holds, in UTC. */
const [FIRST_YEAR, LAST_YEAR] = [1, 9999];
const MINUTE_MS = 60_000;

/**
 * Reads a time in ISO 8601, to the minute or finer, with an existing date and a zone: ms since the epoch, or undefined.
 * It reads the zone at the end first, then the two halves before it.
 */
export function isoMs(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const zone = /(?:z|[+-]\d\d(?::?\d\d)?)$/i.exec(value)?.[0] ?? '';
  const halves = value.slice(0, value.length - zone.length).split(/[t ]/i);
  const [year = 0, month = 0, day = 0] = numbersOf(halves[0] ?? '', '-', [4, 2, 2]) ?? [];
  const [clock = '', ...fractions] = (halves[1] ?? '').split(/[.,]/);
  const time = numbersOf(clock, ':', [2, 2, 2]) ?? numbersOf(clock, ':', [2, 2]);
  const fraction = fractions[0] ?? '0';
  if (zone === '' || halves.length !== 2 || time === undefined) return undefined;
  if (fractions.length > 1 || !/^\d+$/.test(fraction) || (fractions.length === 1 && time.length === 2))
    return undefined;
  const [hour = 0, minute = 0, second = 0] = time;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  if (day < 1 || day > days || hour > 23 || minute > 59 || second > 59) return undefined;

  const ahead = zone.length === 1 ? '0000' : zone.slice(1).replace(':', '').padEnd(4, '0');
  const [hours, minutes] = [Number(ahead.slice(0, 2)), Number(ahead.slice(2))];
  if (hours > 23 || minutes > 59) return undefined;
  // Date.UTC reads the years 0 to 99 as 1900 to 1999.
  const local = new Date(Date.UTC(2000, month - 1, day, hour, minute, second, Number(`${fraction}00`.slice(0, 3))));
  local.setUTCFullYear(year, month - 1, day);
  const ms = local.getTime() - (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;
  const utcYear = new Date(ms).getUTCFullYear();
  return utcYear >= FIRST_YEAR && utcYear <= LAST_YEAR ? ms : undefined;
}

/** Numbers with the given counts of digits and a separator between them; undefined where the text is anything else. */
function numbersOf(text: string, separator: string, digits: readonly number[]): number[] | undefined {
  const parts = text.split(separator);
  const fits = parts.length === digits.length && parts.every((part, i) => part.length === digits[i]);
  return fits && parts.every((part) => /^\d+$/.test(part)) ? parts.map(Number) : undefined;
}

/** A time as it is passed on: unchanged if it is UTC with seconds and at most ms, otherwise rewritten in that form. */
export function passedOn(time: string, ms: number): string {
  const rest = time.slice(19);
  const plain = time[10] === 'T' && (rest === 'Z' || (rest[0] === '.' && rest.length <= 5 && rest.at(-1) === 'Z'));
  return plain ? time : new Date(ms).toISOString();
}

/** The latest event time that a record may have: its clock may be 5 minutes ahead. Kafka's -1 and 0 mean no time. */
export function latestEvent(kafkaTimestamp: number): number {
  const last = Date.UTC(LAST_YEAR, 11, 31, 23, 59, 59, 999);
  return kafkaTimestamp > 0 ? Math.min(kafkaTimestamp + 5 * MINUTE_MS, last) : last;
}

/** `"lat,lon"` in decimal degrees, within ±90 and ±180; undefined where the text is anything else. */
export function pointOf(text: string): { latitude: number; longitude: number } | undefined {
  const parts = text.split(',');
  if (parts.length !== 2) return undefined;
  const [latitude, longitude] = parts.map(degreesOf) as [number, number];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}

/** A number as JavaScript reads it; NaN where it isn't decimal: an empty text, hexadecimal, Infinity. */
function degreesOf(text: string): number {
  return /[^-+.\deE\s]/.test(text) || text.trim() === '' ? Number.NaN : Number(text);
}
