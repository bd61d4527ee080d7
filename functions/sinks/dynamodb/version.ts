/** 15 digits hold the milliseconds of the year 9999. With leading zeros, texts compare as numbers do. */
const LAST = 999_999_999_999_999;

/**
 * The version of an entity's state: `<time in ms, 15 digits>-<partition, 10>-<offset, 20>`. A newer state has a greater
 * version. Partition and offset order states of the same time, so that every replay ends in the same state. Times
 * before 1970 count as 1970.
 */
export function versionOf(time: number, at: { partition: number | string; offset: number | string }): string {
  const ms = Math.min(Math.max(0, Math.trunc(time)), LAST);
  return [[ms, 15] as const, [at.partition, 10] as const, [at.offset, 20] as const]
    .map(([number, digits]) => String(number).padStart(digits, '0'))
    .join('-');
}
