import { sideBySide } from '../side-by-side.ts';
import { closeWindows, WRITES_AT_ONCE } from './close.ts';
import { type Group, groupsOf } from './group.ts';
import { findLate, isForgotten, lateError } from './late.ts';
import { carrierKey, readProgress, writeStep } from './progress.ts';
import type { Run } from './run.ts';
import { fold, type RefusedOrder } from './state/fold.ts';
import { HeldStates } from './state/held-states.ts';
import type { WindowOrder } from './state/state.ts';
import type { Head, Progress, Reached, WindowStore } from './store.ts';
import { isDue, isLate, type WindowRules, windowOf } from './window.ts';

export interface AggregatorOptions {
  readonly store: WindowStore;
  readonly rules: WindowRules;
  /** the number of buckets of products in a new window: one per 1,000 products */
  readonly buckets: number;
  /**
   * how long, in seconds, the table keeps a state after its last write: the lateness plus the topic's retention. A head
   * lives for twice as long, and is renewed when it has less than this left.
   */
  readonly retentionSeconds: number;
}

export interface Aggregator {
  /**
   * Counts the orders of one partition, in offset order, and closes the windows that stream time allows. When it
   * returns, everything it counted and every result is durable. The same orders again change nothing, also when they
   * are split differently or when two workers have them at the same time.
   * @returns the orders that can't be counted: LATE, WINDOW_FULL
   * @throws TransientError: then all orders must be delivered again
   */
  aggregate<O extends WindowOrder>(partition: number, orders: readonly O[], run: Run): Promise<RefusedOrder<O>[]>;
}

/**
 * The windows of an execution environment. docs/windows.md describes the items. The order of a batch's writes is
 *
 *   1. join      the partition is added to the window's head before it has a state there
 *   2. states    one write each, only if the version is still the one that was read
 *   3. results   of the windows that are due, acknowledged
 *   4. marks     the states of these results are marked as produced, if they didn't change since they were read
 *   5. progress  stream time, and the windows that stay open
 *
 * After a crash between any of these steps, the batch is delivered again, because it isn't acknowledged. Its orders are
 * then found in the states' sets of offsets. Its windows are checked all the same: those with orders in no result are
 * closed or stay open.
 */
export function aggregator({ store, rules, buckets, retentionSeconds }: AggregatorOptions): Aggregator {
  const states = new HeldStates(store);
  const progresses = new Map<number, Progress>();
  const heads = new Map<string, Head>();
  const forgetsMs = retentionSeconds * 1000 - rules.latenessMs;

  /** Reads progress again if the kept one looks idle: another worker may have had batches of the partition since. */
  async function progressOf(partition: number, run: Run): Promise<{ progress: Progress; kept: boolean }> {
    const known = progresses.get(partition);
    progresses.delete(partition);
    return known === undefined || hasForgotten(known, run, forgetsMs)
      ? { progress: await readProgress(partition, store, run), kept: false }
      : { progress: known, kept: true };
  }

  /**
   * Adds this partition to the windows' heads, for as long as the states will live. @returns window start -> its number
   * of buckets
   */
  async function join(partition: number, starts: readonly number[], run: Run): Promise<Map<number, number>> {
    const until = run.now / 1000 + retentionSeconds;
    const counts = await sideBySide(starts, WRITES_AT_ONCE, async (start) => {
      const name = `${start}/${partition}`;
      const known = heads.get(name);
      if (known !== undefined && known.expiresAt >= until) return known.buckets;
      const head = await store.join(start, partition, buckets, run.deadline);
      heads.set(name, head);
      if (heads.size > KEPT_HEADS) heads.delete(heads.keys().next().value as string);
      return head.buckets;
    });
    return new Map(starts.map((start, i) => [start, counts[i] as number]));
  }

  async function foldAll<O extends WindowOrder>(groups: readonly Group<O>[], run: Run, reached?: Reached) {
    const slices = await states.inSlices(groups, (slice) => foldSome(slice, run, reached));
    return {
      dirty: slices.flatMap(({ dirty }) => dirty),
      steady: slices.every(({ steady }) => steady),
      written: slices.every(({ written }) => written),
      refused: slices.flatMap(({ refused }) => refused),
    };
  }

  async function foldSome<O extends WindowOrder>(groups: readonly Group<O>[], run: Run, reached?: Reached) {
    const held = await states.takeAll(
      groups.map(({ key }) => key),
      run,
    );
    const work = groups.map((group, i) => ({ group, first: held[i] as (typeof held)[number] }));
    const folded = await sideBySide(work, WRITES_AT_ONCE, ({ group, first }) =>
      fold(group, first, { store, states }, run, reached),
    );
    return {
      dirty: groups.filter((_, i) => folded[i]?.dirty).map(({ key }) => key.start),
      steady: folded.every(({ steady }) => steady),
      written: folded.every(({ written }) => written),
      refused: folded.flatMap(({ refused }) => refused),
    };
  }

  return {
    async aggregate(partition, orders, run) {
      if (orders.length === 0) return [];
      const { progress, kept } = await progressOf(partition, run);
      const forgotten = hasForgotten(progress, run, forgetsMs) ? progress.closedThrough : progress.forgottenThrough;
      const { inTime, maybeLate, streamTime } = byStreamTime(orders, progress.streamTime, forgotten, rules);

      const starts = [...new Set(inTime.map(({ at }) => windowOf(at)))];
      const bucketCounts = await join(partition, starts, run);
      const groups = groupsOf(partition, inTime, bucketCounts);
      const mayBeSteady = kept && maybeLate.length === 0;
      const carrier = mayBeSteady ? carrierOf(groups, progress, streamTime, rules) : undefined;
      const first = await foldAll(
        groups.filter((group) => group !== carrier),
        run,
      );
      const reached = { streamTime, touchedAt: Math.max(progress.touchedAt, run.now) };
      const last = await foldAll(carrier ? [carrier] : [], run, reached);
      if (carrier && first.steady && last.steady && last.written) {
        progresses.set(partition, { ...progress, ...reached });
        return [];
      }
      const dirty = [...first.dirty, ...last.dirty];
      const refused = [...first.refused, ...last.refused];
      const { opened, late } = await findLate(partition, maybeLate, { store, states }, run);

      const open = [...new Set([...progress.open, ...opened, ...dirty])];
      const due = open.filter((start) => isDue(start, streamTime, rules));
      const bucketsOf = (start: number) => bucketCounts.get(start) ?? heads.get(`${start}/${partition}`)?.buckets;
      const closed = await closeWindows(partition, due, { store, states }, bucketsOf, run);

      const step = { streamTime, opened: open, closed, touchedAt: run.now, forgottenThrough: forgotten };
      progresses.set(partition, await writeStep(partition, progress, step, store, run));
      return [...late.map((order) => ({ order, error: lateError(order, forgotten, rules) })), ...refused];
    },
  };
}

/** The most heads that are kept: some hours of one partition, or the latest windows of many partitions. */
const KEPT_HEADS = 2_000;

/**
 * The state that a batch may write last, with the stream time, in place of progress: if all windows of the batch are on
 * the list of open windows, and none is due. No window on the list is later than that of stream time, so stream time
 * stays in its window.
 */
function carrierOf<O extends WindowOrder>(
  groups: readonly Group<O>[],
  { streamTime: from, open }: Progress,
  streamTime: number,
  rules: WindowRules,
): Group<O> | undefined {
  const listed = new Set(open);
  if (!groups.every(({ key }) => listed.has(key.start))) return undefined;
  if (open.some((start) => isDue(start, streamTime, rules))) return undefined;
  const { start, bucket } = carrierKey(0, from);
  return groups.find(({ key }) => key.start === start && key.bucket === bucket);
}

/** Compares each order with the stream time of the orders before it. */
function byStreamTime<O extends WindowOrder>(
  orders: readonly O[],
  from: number,
  forgotten: number,
  rules: WindowRules,
) {
  const inTime: O[] = [];
  const maybeLate: O[] = [];
  let streamTime = from;
  for (const order of orders) {
    if (isLate(order.at, streamTime, rules) || isForgotten(order.at, forgotten)) maybeLate.push(order);
    else inTime.push(order);
    if (order.at > streamTime) streamTime = order.at;
  }
  return { inTime, maybeLate, streamTime };
}

/**
 * Whether the table may have deleted states of closed windows: the partition had no batch for as long as its topic
 * keeps records. Otherwise, every state that an order can still reach exists: the state was written within the allowed
 * lateness before the last batch, since event time advances no slower than the wall clock.
 */
const hasForgotten = ({ touchedAt }: Progress, { now }: Run, forgetsMs: number) => now - touchedAt >= forgetsMs;
