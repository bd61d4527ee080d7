import { routeOf } from '../../sinks/routes.ts';
import { replayedOffset } from './added-headers.ts';
import { type Content, sameContent } from './digest.ts';
import type { PartitionPlan, Plan } from './plan.ts';
import { isWhole, type Selection } from './selection.ts';
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

interface Known {
  readonly plan: Plan;
  readonly selection: Selection;
  readonly target: Target;
  readonly ranges: Awaited<ReturnType<Target['ranges']>>;
  readonly id: string;
  /** whether records may get new coordinates in their own topic: see {@link refuseNewNames} */
  readonly asNew: boolean;
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

/** A record's coordinates are its name in the stores: a restored topic with other offsets would give them to others. */
function offsetsCannotBeKept({ plan, selection: { topic } }: Known): string {
  const lacking = [...plan.partitions].filter(([, { fromZero }]) => !fromZero).map(([partition]) => partition);
  return (
    `${topic} can't get its offsets back: the archive lacks offsets of partition ${lacking.join(', ')}, ` +
    `because of compaction, retention or transactions; restore it into a copy: --to ${topic}-restored`
  );
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

async function recordAt(target: Target, partition: number, offset: number): Promise<Content> {
  let found: Content | undefined;
  await target.read(partition, offset, offset + 1, ([record]) => {
    found ??= record;
  });
  return found ?? { timestamp: Number.NaN, key: null, value: null, headers: [] };
}

/** A target that begins with the selected records and has others behind them: appending would double the first ones. */
async function refuseMixture({ plan, selection, target, ranges }: Known): Promise<void> {
  for (const [partition, { first, records }] of plan.partitions) {
    const { start, end } = ranges.get(partition) ?? { start: 0, end: 0 };
    if (start > 0 || end === 0 || !sameContent(await recordAt(target, partition, 0), first)) continue;
    const isWholeThere = target.topic === selection.topic && end >= records;
    throw new Error(
      isWholeThere
        ? `${target.topic} begins with these records already. To produce them once more, select them: --since, or --partition with --from`
        : `${target.topic}-${partition} begins with these records, and has others too: use another topic`,
    );
  }
}

/** The records' offsets must still mean the same records. Otherwise, their coordinates name others now. */
async function refuseOtherLife({ plan, target, ranges, selection }: Known): Promise<void> {
  for (const [partition, { last, first }] of plan.partitions) {
    const { start, end } = ranges.get(partition) ?? { start: 0, end: 0 };
    if (last.offset < start) continue;
    const known = first.offset >= start ? first : last;
    if (last.offset < end && sameContent(await recordAt(target, partition, known.offset), known)) continue;
    throw new Error(
      `${target.topic}-${partition} doesn't have the record of offset ${known.offset} that the archive has: the topic was ` +
        `created again. Its offsets name other records now; replay into a copy: --to ${selection.topic}-restored`,
    );
  }
}

/**
 * On a topic that anybody may write to, a record's name in the stores is its coordinates, and headers that say otherwise
 * are not believed. So its records would be stored and counted once more. On the topics of our functions, the name is
 * the header `source`, which the records keep.
 */
function refuseNewNames({ selection: { topic }, asNew }: Known): void {
  if (asNew || routeOf(topic).trusted) return;
  throw new Error(
    `records of ${topic} are named by their coordinates, so the stores would take them for new ones, and keep both: replay ` +
      'the topic that was made from it, or replay into a copy (--to), or say that they are new (--as-new)',
  );
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
