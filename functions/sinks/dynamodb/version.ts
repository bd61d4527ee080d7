/** Milliseconds of the year 9999 fit; digits make texts compare as numbers do. */
const LAST = 999_999_999_999_999;

/**
 * The order of an entity's states: `<time in ms, 15 digits>-<partition, 10>-<offset, 20>`. Equal times are ordered by
 * where the record lies, so that every replay ends in the same state. Times before 1970 count as 1970.
 */
export function versionOf(time: number, at: { partition: number | string; offset: number | string }): string {
  const ms = Math.min(Math.max(0, Math.trunc(time)), LAST);
  return [[ms, 15] as const, [at.partition, 10] as const, [at.offset, 20] as const]
    .map(([number, digits]) => String(number).padStart(digits, '0'))
    .join('-');
}
