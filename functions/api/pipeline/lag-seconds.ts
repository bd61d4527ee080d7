/** At what offset a partition was some time ago: its first record that isn't older than the age asked for. */
export interface Rung {
  /** seconds before now of that record; the age asked for where there is none */
  readonly age: number;
  /** the offset of that record; the partition's end where there is none */
  readonly offset: number;
}

/**
 * Ages to ask for, in rounds of requests at once. Most partitions lag by less than two seconds, so the first round nearly
 * always ends the search. The last age is what dead-letter topics keep.
 */
export const ROUNDS: readonly (readonly number[])[] = [
  [2],
  [5, 10, 30, 60, 120, 300, 600, 1_800],
  [3_600, 7_200, 21_600, 43_200, 86_400, 259_200, 604_800, 1_209_600],
];

/**
 * How long ago the first record that isn't committed was produced, by its Kafka timestamp. The ages on both sides of the
 * offset are known, and between them records are taken as evenly spread.
 * @param rungs from the youngest to the oldest age
 * @returns undefined where the record is older than the last rung
 * @example
 * // 1.67: two thirds of the way from 1 s to 2 s
 * lagSeconds(150, 300, [{ age: 1, offset: 250 }, { age: 2, offset: 100 }]);
 */
export function lagSeconds(committed: number, end: number, rungs: readonly Rung[]): number | undefined {
  if (committed >= end) return 0;
  let young = { age: 0, offset: end };
  for (const old of rungs) {
    if (old.offset <= committed) {
      const share = young.offset === old.offset ? 1 : (young.offset - committed) / (young.offset - old.offset);
      return young.age + (old.age - young.age) * share;
    }
    young = old;
  }
  return undefined;
}
