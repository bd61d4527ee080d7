import { isUtf8 } from 'node:buffer';

/** The codes of dead letters that a value's form may bring, in the order in which they are found. */
export type FormCode = 'NULL_VALUE' | 'TOO_LARGE' | 'NOT_UTF8' | 'NOT_JSON' | 'NOT_AN_OBJECT';

/** Reads a value as a JSON object, or says why it is none. Written for the report alone: see truth/reading.ts. */
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

/** An object's own field: never one of its prototype. */
export function own(object: Record<string, unknown>, field: string): unknown {
  return Object.hasOwn(object, field) ? object[field] : undefined;
}

const CONTROL = /\p{Control}/u;

/** A name of 1 to 128 characters, none a control character or half of a surrogate pair. */
export function isName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length >= 1 &&
    value.length <= 128 &&
    value.isWellFormed() &&
    !CONTROL.test(value)
  );
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** ISO 8601 to the second or finer, with a date that exists and a zone: ms since the epoch, or undefined. */
export function isoMs(value: unknown): number | undefined {
  const match = typeof value === 'string' ? ISO.exec(value) : null;
  if (match === null) return undefined;
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  if (days === undefined || day < 1 || day > days) return undefined;
  return Date.parse(value as string);
}

const LATITUDE = /^-?\d{1,2}(\.\d{1,15})?$/;
const LONGITUDE = /^-?\d{1,3}(\.\d{1,15})?$/;

/** `"lat,lon"` in decimal degrees, within ±90 and ±180; undefined where it is not. */
export function pointOf(text: string): { latitude: number; longitude: number } | undefined {
  const [first = '', second = '', ...rest] = text.split(',').map((part) => part.trim());
  if (rest.length > 0 || !LATITUDE.test(first) || !LONGITUDE.test(second)) return undefined;
  const [latitude, longitude] = [Number(first), Number(second)];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}
