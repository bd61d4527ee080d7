import * as z from 'zod';
import { PermanentError } from './errors.ts';

/** How far a device's clock may be ahead of the broker's. */
export const TOLERANCE_MS = 5 * 60_000;

/** 0001-01-01T00:00:00Z: PostgreSQL has no year 0. */
const FIRST_MS = -62_135_596_800_000;
/** 9999-12-31T23:59:59.999Z: the last time that ISO 8601 writes with a year of four digits. */
export const LAST_MS = 253_402_300_799_999;

/** Date, hours and minutes, seconds, their fraction, and the zone: `Z`, or its sign, hours and minutes. */
const ISO =
  /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:[Zz]|([+-])([01]\d|2[0-3])(?::?([0-5]\d))?)$/;
/** A time in UTC with at most three digits of a fraction. */
const PLAIN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,3})?Z$/;
const WHOLE_SECOND = 'YYYY-MM-DDTHH:MM:SSZ'.length;

/**
 * A time in ISO 8601, as text: the extended format, to the minute or finer, with `Z` or an offset (`+05:30`, `+0530`,
 * `+05`), also with a space instead of the `T`, as RFC 3339 allows. A time without a zone is refused, and so is a time
 * that a store can't hold: the years are 0001 to 9999, in UTC.
 *
 * A time in UTC with at most three digits of a fraction stays unchanged. Any other time is converted to UTC in
 * milliseconds. So all stores read a validated time in the same way.
 */
export const isoTime = z.string().transform((text, context) => {
  if (plainMs(text) !== undefined) return text;
  const ms = isoMs(text);
  if (ms !== undefined) return PLAIN.test(text) ? text : new Date(ms).toISOString();
  context.addIssue({ code: 'custom', message: 'expected ISO 8601 with a zone, in the years 0001 to 9999' });
  return z.NEVER;
});

/**
 * The ms since the epoch of a time that {@link isoTime} leaves unchanged, at a third of the cost of Date.parse.
 * @returns undefined for any other value; also for a few rare times, which isoTime then reads by itself
 */
export function plainMs(text: unknown): number | undefined {
  if (typeof text !== 'string' || !PLAIN.test(text)) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999. Not every month has a 29th.
  if (year < 100 || month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 || minute > 59) return undefined;
  const fraction = text.length === WHOLE_SECOND ? 0 : Math.round(Number(text.slice(WHOLE_SECOND - 1, -1)) * 1_000);
  return Date.UTC(year, month - 1, day, hour, minute, twoDigits(text, 17), fraction);
}

const ZERO = '0'.charCodeAt(0);

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}

/** The time in ms since the epoch, or undefined if it is invalid. Digits after the milliseconds are cut off. */
function isoMs(text: string): number | undefined {
  const [, date, minute, second = '00', fraction = '', sign, hours, minutes = 0] = ISO.exec(text) ?? [];
  if (date === undefined) return undefined;
  const local = `${date}T${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const ms = Date.parse(local);
  // For a day or an hour that doesn't exist, Date is invalid or takes the next one.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== local) return undefined;
  const offset = sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return ms - offset >= FIRST_MS && ms - offset <= LAST_MS ? ms - offset : undefined;
}

/** The ms since the epoch of a time that {@link isoTime} has accepted. */
export function timeMs(time: string): number {
  return plainMs(time) ?? Date.parse(time);
}

/** Whether a record has a Kafka timestamp. Kafka's value for none is -1, and some clients send 0. */
export function hasTimestamp(kafkaTimestamp: number): boolean {
  return kafkaTimestamp > 0;
}

/**
 * Checks an event time before it is used: one clock that is wrong by a year must not freeze a vehicle's latest state or
 * advance a watermark. A time in the past is legal: it may come from a backlog or a replay. Without a Kafka timestamp
 * there is nothing to compare with, so any time that the stores hold is legal.
 * @param eventTime ms since the epoch
 * @param kafkaTimestamp the record's, in ms since the epoch; see {@link hasTimestamp}
 * @throws PermanentError FUTURE_TIMESTAMP
 */
export function checkEventTime(eventTime: number, kafkaTimestamp: number): void {
  const latest = hasTimestamp(kafkaTimestamp) ? Math.min(kafkaTimestamp + TOLERANCE_MS, LAST_MS) : LAST_MS;
  if (eventTime <= latest) return;
  const minutes = Math.round((eventTime - kafkaTimestamp) / 60_000);
  throw new PermanentError(
    'FUTURE_TIMESTAMP',
    eventTime > LAST_MS
      ? 'timestamp: after the year 9999'
      : `timestamp: ${minutes} min later than the record's Kafka timestamp`,
  );
}
