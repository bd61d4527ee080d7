import type { Distribution } from '../contract.ts';

/** Upper bounds of the ranges that values are counted in, in seconds. Values above the last one have a range of their own. */
export const bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;

/** Counts a number of seconds in its range. */
export function observe(distribution: Distribution, seconds: number): void {
  const found = bounds.findIndex((bound) => seconds <= bound);
  const range = found === -1 ? bounds.length : found;
  distribution.counts[range] = (distribution.counts[range] ?? 0) + 1;
  distribution.sum += seconds;
}

export function emptyDistribution(): Distribution {
  return { counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
}
