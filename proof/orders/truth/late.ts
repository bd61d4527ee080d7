import type { BadRecord } from '../../truth/json.ts';
import { isFor } from '../../truth/redriven.ts';
import { type LogRecord, nameOf, sourceOf } from '../../world.ts';
import type { GoodOrder } from './order.ts';

/** Orders that came too late for their window. */
export interface Late {
  /** records of processed-orders that must be dead letters, by their own coordinates */
  letters: Map<string, BadRecord>;
  /** late copies of orders of which another copy was in time: they may be dead letters or not */
  copies: Set<string>;
  /** `source` of the orders that are in no window */
  sources: Set<string>;
}

/**
 * Recomputes which orders are late: those that are older than the newest order before them in their partition of
 * processed-orders, by more than the allowed lateness.
 * @param records in order of partition and offset
 */
export function lateOrders(
  records: readonly LogRecord[],
  good: ReadonlyMap<string, GoodOrder>,
  latenessMs: number,
): Late {
  const streamTimes = new Map<number, number>();
  const inTime = new Set<string>();
  const tooOld: LogRecord[] = [];
  for (const record of records.filter(isFor('aggregateOrders'))) {
    const at = good.get(sourceOf(record))?.order.at;
    if (at === undefined) continue;
    const streamTime = Math.max(streamTimes.get(record.partition) ?? at, at);
    streamTimes.set(record.partition, streamTime);
    if (at < streamTime - latenessMs) tooOld.push(record);
    else inTime.add(sourceOf(record));
  }
  const late: Late = { letters: new Map(), copies: new Set(), sources: new Set() };
  for (const record of tooOld) {
    const source = sourceOf(record);
    if (inTime.has(source)) late.copies.add(nameOf(record));
    else {
      late.letters.set(nameOf(record), { record, code: 'LATE' });
      late.sources.add(source);
    }
  }
  return late;
}
