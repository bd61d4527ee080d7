import type { ArchivedRecord } from '../../sinks/s3/line.ts';
import { type ArchiveKey, byPartition } from '../archive/key.ts';

/** Which records of the archive to replay. */
export interface Selection {
  readonly topic: string;
  /** a life of the topic; the latest one by default */
  readonly epoch?: number | undefined;
  /** only this partition */
  readonly partition?: number | undefined;
  /** offsets at least `from` and before `untilOffset` */
  readonly from?: number | undefined;
  readonly untilOffset?: number | undefined;
  /** Kafka timestamps at least `since` and before `until`, ms since the epoch */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Whether it takes every record of the topic. */
export const isWhole = ({ partition, from, untilOffset, since, until }: Selection): boolean =>
  [partition, from, untilOffset, since, until].every((limit) => limit === undefined);

export function takes({ from, untilOffset, since, until }: Selection, { offset, timestamp }: ArchivedRecord): boolean {
  return (
    offset >= (from ?? 0) &&
    offset < (untilOffset ?? Number.POSITIVE_INFINITY) &&
    timestamp >= (since ?? Number.NEGATIVE_INFINITY) &&
    timestamp < (until ?? Number.POSITIVE_INFINITY)
  );
}

/**
 * The objects that may have selected records, by partition, in the order of their offsets. Times select no objects:
 * producers set them, so any object may have records of any time.
 */
export function objectsOf(selection: Selection, keys: readonly ArchiveKey[]): Map<number, ArchiveKey[]> {
  const epoch = selection.epoch ?? Math.max(0, ...keys.map((key) => key.epoch));
  const { partition, from = 0, untilOffset = Number.POSITIVE_INFINITY } = selection;
  const chosen = byPartition(
    keys.filter((key) => key.epoch === epoch && (partition === undefined || key.partition === partition)),
  );
  for (const [own, objects] of chosen) {
    const last = objects.findLastIndex(({ checkpoint }) => checkpoint < untilOffset);
    const first = objects.findLastIndex(({ checkpoint }) => checkpoint <= from);
    chosen.set(own, objects.slice(Math.max(0, first), last + 1));
  }
  return chosen;
}
