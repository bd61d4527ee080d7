/** Every index of alerts; what the index template and the retention go by. */
export const ALERT_INDICES = 'alerts-*';

/** Alerts of the time before it share an index: a hostile clock must not make an index for each month since year 0. */
const FIRST_MONTH = '2020.01';
const BEFORE = `alerts-before-${FIRST_MONTH}`;

/**
 * The index of an alert: one a month, by the alert's own time, so that an alert that comes again is always looked for
 * in the same one (`_id` is unique within an index only).
 *
 * @param eventTime ISO 8601, UTC
 * @example indexOf('2026-11-21T10:00:00.000Z') // 'alerts-2026.11'
 */
export function indexOf(eventTime: string): string {
  const month = eventTime.slice(0, 7).replace('-', '.');
  return month < FIRST_MONTH ? BEFORE : `alerts-${month}`;
}

/**
 * Of these indices, those that hold nothing but alerts older than the retention. An index of another name is kept.
 *
 * @param retentionMonths how many months are kept beside the current one
 * @param now ms since the epoch
 */
export function expiredIndices(names: readonly string[], retentionMonths: number, now: number): string[] {
  const date = new Date(now);
  const oldest = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - retentionMonths)).toISOString();
  const kept = indexOf(oldest);
  if (kept === BEFORE) return [];
  return names.filter((name) => name === BEFORE || (/^alerts-\d{4}\.\d{2}$/.test(name) && name < kept));
}
