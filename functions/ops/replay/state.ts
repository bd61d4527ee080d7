import { replayedOffset } from './added-headers.ts';
import { sameContent } from './digest.ts';
import type { PartitionPlan } from './plan.ts';
import {
  type Known,
  offsetsCannotBeKept,
  recordAt,
  refuseMixture,
  refuseNewNames,
  refuseOtherLife,
} from './refusals.ts';
import { isWhole } from './selection.ts';
import type { Target } from './target.ts';

/**
 * How the records get into the target:
 * - `fill`: the target holds nothing else, and the records are as they were. The target's end says how far a replay is.
 * - `append`: the target holds other records too. Each record gets headers that name the replay and its coordinates.
 */
export type Mode = 'fill' | 'append';

/** How far a replay is. */
export interface State {
  readonly mode: Mode;
  /** the target's next offset of each partition */
  readonly ends: ReadonlyMap<number, number>;
  /** of each partition, how many of the selected records are there */
  readonly done: ReadonlyMap<number, number>;
  /** append: where the replay's first record of each partition lies in the target; absent without one */
  readonly begins: ReadonlyMap<number, number>;
}

/**
 * Learns from the target which of the selected records are there: after a pause, after a kill, or at the first start.
 * @param known its plan has `marked`: the record of each partition whose place is the target's end
 * @throws Error if the target is not one for these records, with what to do
 */
export async function learnState(known: Known): Promise<State> {
  const { plan, selection, target, ranges } = known;
  const lacking = [...plan.partitions.keys()].filter((partition) => !ranges.has(partition));
  if (lacking.length > 0) {
    throw new Error(
      `${target.topic} has ${ranges.size} partitions, and the archive has records of ${lacking.join(', ')}`,
    );
  }
  const sameTopic = target.topic === selection.topic;
  const ends = new Map([...ranges].map(([partition, { end }]) => [partition, end]));
  const own = [...plan.partitions];
  const prefixes = await Promise.all(own.map(([partition, each]) => isPrefix(target, partition, ranges, each)));
  const isOnlyOurs =
    prefixes.every(Boolean) && [...ends].every(([partition, end]) => end === 0 || plan.partitions.has(partition));
  const keepsOffsets = isWhole(selection) && own.every(([, { fromZero }]) => fromZero);

  if (isOnlyOurs && (!sameTopic || keepsOffsets)) return { mode: 'fill', ends, done: ends, begins: new Map() };
  if (sameTopic && isOnlyOurs && isWhole(selection)) throw new Error(offsetsCannotBeKept(known));
  if (!isOnlyOurs && (!sameTopic || keepsOffsets)) await refuseMixture(known);
  if (sameTopic) {
    await refuseOtherLife(known);
    refuseNewNames(known);
  }
  return append(known, ends);
}

/** Whether a partition of the target holds the first selected records, and nothing else. */
async function isPrefix(
  target: Target,
  partition: number,
  ranges: Known['ranges'],
  { records, marked }: PartitionPlan,
): Promise<boolean> {
  const { start, end } = ranges.get(partition) ?? { start: 0, end: 0 };
  if (end === 0) return true;
  if (end > records || marked === undefined || start === end) return false;
  return sameContent(await recordAt(target, partition, end - 1), marked);
}

async function append({ plan, ranges, target, id }: Known, ends: State['ends']): Promise<State> {
  const done = new Map<number, number>();
  const begins = new Map<number, number>();
  for (const partition of plan.partitions.keys()) {
    const { start, end } = ranges.get(partition) ?? { start: 0, end: 0 };
    let before = -1;
    const took: Parameters<Target['read']>[3] = (records) => {
      for (const { offset, headers } of records) {
        const replayed = replayedOffset(headers, id);
        if (replayed === undefined) continue;
        if (replayed <= before)
          throw new Error(`${target.topic}-${partition} has offset ${replayed} of replay ${id} twice`);
        before = replayed;
        done.set(partition, (done.get(partition) ?? 0) + 1);
        if (!begins.has(partition)) begins.set(partition, offset);
      }
    };
    if (start < end) await target.read(partition, start, end, took);
  }
  return { mode: 'append', ends, done, begins };
}
