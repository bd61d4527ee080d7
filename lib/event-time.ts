import * as z from 'zod';
import { PermanentError } from './errors.ts';

/** How far a device's clock may run ahead of the broker's. */
export const TOLERANCE_MS = 5 * 60_000;

/** ISO 8601 with `Z` or an offset: a time without a zone is no time. */
export const isoTime = z.iso.datetime({ offset: true });

/**
 * Event time is checked at the door: one clock that is wrong by a year must not freeze a vehicle's latest state, nor
 * push a watermark. The past is legal: a backlog, or a replay.
 * @param eventTime ms since the epoch
 * @param kafkaTimestamp the record's, in ms since the epoch
 * @throws PermanentError FUTURE_TIMESTAMP
 */
export function checkEventTime(eventTime: number, kafkaTimestamp: number): void {
  if (eventTime <= kafkaTimestamp + TOLERANCE_MS) return;
  const minutes = Math.round((eventTime - kafkaTimestamp) / 60_000);
  throw new PermanentError('FUTURE_TIMESTAMP', `timestamp: ${minutes} min later than the record's Kafka timestamp`);
}
