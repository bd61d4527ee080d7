import * as z from 'zod';
import { isoTime } from '#lib/event-time.ts';

/** Numbers below are seconds (until the year 5138), from it on milliseconds (since March 1973). */
const FIRST_MILLISECONDS = 1e11;
/** The last that a JavaScript Date, and so ISO 8601, can say: in the year 275760. */
const LAST = 8.64e15;

/**
 * The time of an order, as shops send it: ISO 8601 with `Z` or an offset, or a JSON number since the epoch, seconds
 * (with decimals, if any) below 1e11, milliseconds from there on. Not before 1970. Becomes whole milliseconds since the
 * epoch.
 */
export const orderTime = z
  .union([isoTime, z.number()], 'expected ISO 8601 with a zone, or seconds or milliseconds since the epoch')
  .transform(epochMs)
  .refine((ms) => ms >= 0 && ms <= LAST, 'before 1970, or no date at all');

function epochMs(time: string | number): number {
  if (typeof time === 'string') return Date.parse(time);
  return Math.round(time < FIRST_MILLISECONDS ? time * 1000 : time);
}
