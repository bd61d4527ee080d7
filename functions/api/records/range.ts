import { RefusedError } from '../http/request.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS = 31;

export interface Range {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/**
 * A range for a query that reads every row in it: by default the last 24 hours.
 * @throws RefusedError for more than 31 days
 */
export function boundedRange({ from, to }: Range, now: number): Required<{ from: number; to: number }> {
  const end = to ?? now;
  const start = from ?? end - DAY_MS;
  if (end - start > MAX_DAYS * DAY_MS) {
    throw new RefusedError(`from must be at most ${MAX_DAYS} days before to (without to: before now)`, 'from');
  }
  return { from: start, to: end };
}

/** @throws RefusedError where the range is empty */
export function orderedRange<R extends Range>(range: R): R {
  const { from, to } = range;
  if (from !== undefined && to !== undefined && from >= to) throw new RefusedError('from must be before to', 'from');
  return range;
}
