import type { MappingFlow } from '../../contract.ts';
import type { Growth } from './growth.ts';

export type PartitionLag = MappingFlow['partitions'][number];

/** Over how many ms the present pace is measured. */
export const PACE_MS = 10_000;
/**
 * A group whose oldest waiting record is younger keeps up. The difference of its two paces is noise, so the time until
 * the records that wait now are done counts.
 */
const KEEPS_UP_SECONDS = 5;

/**
 * The lag of a group in one partition: in records; in seconds since the oldest waiting record was written; and the
 * seconds until it is gone, at the pace of the last seconds.
 * @param end how the partition's end has grown
 * @param committed how the group's committed offset has grown; nothing committed counts as the partition's first offset
 * @param now ms since the epoch
 */
export function partitionLag(partition: number, end: Growth, committed: Growth, now: number): PartitionLag {
  if (end.latest === null || committed.latest === null)
    return { partition, lag: null, lagSeconds: null, clearedIn: null };
  const lag = Math.max(0, end.latest - committed.latest);
  if (lag === 0) return { partition, lag, lagSeconds: 0, clearedIn: 0 };
  const written = end.passed(committed.latest);
  const [fills, empties] = [end.perSecond(PACE_MS), committed.perSecond(PACE_MS)];
  const lagSeconds = written === null ? null : Math.max(0, (now - written) / 1000);
  const keepsUp = lagSeconds !== null && lagSeconds < KEEPS_UP_SECONDS;
  const pace = fills === null || empties === null ? 0 : empties - (keepsUp ? 0 : fills);
  return { partition, lag, lagSeconds: rounded(lagSeconds), clearedIn: pace > 0 ? rounded(lag / pace) : null };
}

/** The lag of all partitions together: the sum of their records, and the slowest one's seconds. */
export function wholeLag(partitions: readonly PartitionLag[]): Omit<PartitionLag, 'partition'> {
  const all = (of: (own: PartitionLag) => number | null) => {
    const values = partitions.map(of);
    return values.length === 0 || values.includes(null) ? undefined : (values as number[]);
  };
  const lags = all(({ lag }) => lag);
  const seconds = all(({ lagSeconds }) => lagSeconds);
  const cleared = all(({ clearedIn }) => clearedIn);
  return {
    lag: lags === undefined ? null : lags.reduce((sum, lag) => sum + lag, 0),
    lagSeconds: seconds === undefined ? null : Math.max(...seconds),
    clearedIn: cleared === undefined ? null : Math.max(...cleared),
  };
}

/** To a tenth: the page shows no more, and the events are shorter. */
export function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
