import { routeOf } from '../../sinks/routes.ts';
import { type Content, sameContent } from './digest.ts';
import type { Plan } from './plan.ts';
import type { Selection } from './selection.ts';
import type { Target } from './target.ts';

/** What is known when a replay begins. */
export interface Known {
  readonly plan: Plan;
  readonly selection: Selection;
  readonly target: Target;
  readonly ranges: Awaited<ReturnType<Target['ranges']>>;
  readonly id: string;
  /** whether records may get new coordinates in their own topic: see {@link refuseNewNames} */
  readonly asNew: boolean;
}

export async function recordAt(target: Target, partition: number, offset: number): Promise<Content> {
  let found: Content | undefined;
  await target.read(partition, offset, offset + 1, ([record]) => {
    found ??= record;
  });
  return found ?? { timestamp: Number.NaN, key: null, value: null, headers: [] };
}

/** A record's coordinates are its name in the stores: a restored topic with other offsets would give them to others. */
export function offsetsCannotBeKept({ plan, selection: { topic } }: Known): string {
  const lacking = [...plan.partitions].filter(([, { fromZero }]) => !fromZero).map(([partition]) => partition);
  return (
    `${topic} can't get its offsets back: the archive lacks offsets of partition ${lacking.join(', ')}, ` +
    `because of compaction, retention or transactions; restore it into a copy: --to ${topic}-restored`
  );
}

/** A target that begins with the selected records and has others behind them: appending would double the first ones. */
export async function refuseMixture({ plan, selection, target, ranges }: Known): Promise<void> {
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
export async function refuseOtherLife({ plan, target, ranges, selection }: Known): Promise<void> {
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
export function refuseNewNames({ selection: { topic }, asNew }: Known): void {
  if (asNew || routeOf(topic).trusted) return;
  throw new Error(
    `records of ${topic} are named by their coordinates, so the stores would take them for new ones, and keep both: replay ` +
      'the topic that was made from it, or replay into a copy (--to), or say that they are new (--as-new)',
  );
}
