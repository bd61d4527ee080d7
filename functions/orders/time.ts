import * as z from 'zod';
import { isoTime } from '#lib/event-time.ts';

/** Smaller numbers are in seconds (until the year 5138), others in milliseconds (from March 1973 on). */
const FIRST_MILLISECONDS = 1e11;
/** The last time of a JavaScript Date, in the year 275760. */
const LAST = 8.64e15;

/**
 * The time of an order, as shops send it: ISO 8601 with `Z` or an offset, or a JSON number since the epoch, in seconds
 * (with or without decimals) below 1e11, in milliseconds from there on. Not before 1970. The result is in whole
 * milliseconds since the epoch.
 */
export const orderTime = z
  .union([isoTime, z.number()], 'expected ISO 8601 with a zone, or seconds or milliseconds since the epoch')
  .transform(epochMs)
  .refine((ms) => ms >= 0 && ms <= LAST, 'before 1970, or not a date');

function epochMs(time: string | number): number {
  if (typeof time === 'string') return Date.parse(time);
  return Math.round(time < FIRST_MILLISECONDS ? time * 1000 : time);
}
