import { hasTimestamp } from '#lib/event-time.ts';
import type { ArchivedRecord } from '../../sinks/s3/line.ts';
import type { Archive } from '../archive/store.ts';
import type { Selection } from './selection.ts';
import { openSource } from './source.ts';

/** The selected records of a partition. */
export interface PartitionPlan {
  readonly records: number;
  readonly first: ArchivedRecord;
  readonly last: ArchivedRecord;
  /** whether their offsets are 0, 1, 2, … */
  readonly fromZero: boolean;
  /** the record with this place among them, from 1, if it was asked for */
  readonly marked: ArchivedRecord | undefined;
}

/** What a replay is going to produce. */
export interface Plan {
  readonly partitions: ReadonlyMap<number, PartitionPlan>;
  readonly records: number;
  /** Kafka timestamps in ms; undefined if no record has one */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
}

/**
 * Reads the selected records once, before anything is produced.
 * @param marks the place of a record to keep, from 1, by partition
 * @param done how many records of each partition are in the target: their times don't count
 * @throws Error naming the first fault of the archive, or if nothing is selected
 */
export async function planReplay(
  archive: Archive,
  selection: Selection,
  marks: ReadonlyMap<number, number>,
  checkpoint?: (id: string) => Promise<number>,
  done: ReadonlyMap<number, number> = new Map(),
): Promise<Plan> {
  const streams = await openSource(archive, selection, checkpoint);
  const times = { oldest: Number.POSITIVE_INFINITY, newest: Number.NEGATIVE_INFINITY };
  const planned = await Promise.all(
    [...streams].map(async ([partition, stream]) => {
      let records = 0;
      let [first, last, marked] = [] as (ArchivedRecord | undefined)[];
      const mark = marks.get(partition);
      for await (const list of stream) {
        for (const record of list) {
          records += 1;
          first ??= record;
          last = record;
          if (records === mark) marked = record;
          if (!hasTimestamp(record.timestamp) || records <= (done.get(partition) ?? 0)) continue;
          times.oldest = Math.min(times.oldest, record.timestamp);
          times.newest = Math.max(times.newest, record.timestamp);
        }
      }
      if (first === undefined || last === undefined) return [];
      const fromZero = first.offset === 0 && last.offset === records - 1;
      return [[partition, { records, first, last, fromZero, marked }] as const];
    }),
  );
  const partitions = new Map<number, PartitionPlan>(planned.flat());
  if (partitions.size === 0) throw new Error(`the archive has no such records of ${selection.topic}`);
  const known = times.oldest <= times.newest;
  return {
    partitions,
    records: [...partitions.values()].reduce((sum, { records }) => sum + records, 0),
    oldest: known ? times.oldest : undefined,
    newest: known ? times.newest : undefined,
  };
}
