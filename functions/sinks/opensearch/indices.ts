/** The indices of alerts, for the index template and the retention. */
export const ALERT_INDICES = 'alerts-*';

/** All earlier alerts share one index, so that a wrong clock can't create an index for each month since the year 0. */
const FIRST_MONTH = '2020.01';
const BEFORE = `alerts-before-${FIRST_MONTH}`;

/**
 * The index of an alert: one for each month, by event time. An alert that comes again goes to the same index, as `_id`
 * is unique only within an index.
 * @param eventTime ISO 8601, UTC
 * @example indexOf('2026-11-21T10:00:00.000Z') // 'alerts-2026.11'
 */
export function indexOf(eventTime: string): string {
  const month = eventTime.slice(0, 7).replace('-', '.');
  return month < FIRST_MONTH ? BEFORE : `alerts-${month}`;
}

/**
 * The names of indices in which all alerts are older than the retention. Indices with other names are kept.
 * @param retentionMonths number of months to keep in addition to the current one
 * @param now ms since the epoch
 */
export function expiredIndices(names: readonly string[], retentionMonths: number, now: number): string[] {
  const date = new Date(now);
  const oldest = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - retentionMonths)).toISOString();
  const kept = indexOf(oldest);
  if (kept === BEFORE) return [];
  return names.filter((name) => name === BEFORE || (/^alerts-\d{4}\.\d{2}$/.test(name) && name < kept));
}
