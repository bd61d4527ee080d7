import { sideBySide } from '../stores/side-by-side.ts';
import { closeWindows, WRITES_AT_ONCE } from './close.ts';
import { type Group, groupsOf } from './group.ts';
import { isForgotten, lateError, sortOutLate } from './late.ts';
import { writeStep } from './progress.ts';
import type { Run } from './run.ts';
import { fold, type RefusedOrder } from './state/fold.ts';
import { HeldStates } from './state/held-states.ts';
import type { WindowOrder } from './state/state.ts';
import type { Head, Progress, WindowStore } from './store.ts';
import { isDue, isLate, type WindowRules, windowOf } from './window.ts';

export interface AggregatorOptions {
  readonly store: WindowStore;
  readonly rules: WindowRules;
  /** buckets of products of a window that is new: one per 1,000 products */
  readonly buckets: number;
  /**
   * how long, in seconds, the table keeps a state after its last write: the lateness, and as long as the topic keeps its
   * records; and how long before its end a head's time to live is renewed
   */
  readonly retentionSeconds: number;
}

export interface Aggregator {
  /**
   * Counts the orders of one partition, in offset order, and closes the windows that their stream time allows. What it
   * has counted is durable when it returns, and so are the results. The same orders again, split anywhere, or in two
   * workers at once, change nothing.
   * @returns the orders that can't be counted: LATE, WINDOW_FULL
   * @throws TransientError: then all of them must come again
   */
  aggregate<O extends WindowOrder>(partition: number, orders: readonly O[], run: Run): Promise<RefusedOrder<O>[]>;
}

/**
 * The windows of an execution environment. See docs/windows.md for the items; the order of a batch's writes is
 *
 *   1. join      the partition stands in the window's head before it has a state
 *   2. states    one write each, under their versions
 *   3. results   of the windows that are due, acknowledged
 *   4. marks     the results' states are marked, under the versions that were summed
 *   5. progress  stream time, and the windows left open
 *
 * A crash after any of them has the batch delivered again, as nothing is acknowledged. Its orders are then found in the
 * states' sets, but its windows are looked at all the same: what is counted and in no result is closed or left open.
 */
export function aggregator({ store, rules, buckets, retentionSeconds }: AggregatorOptions): Aggregator {
  const states = new HeldStates(store);
  const progresses = new Map<number, Progress>();
  const heads = new Map<string, Head>();
  const forgetsMs = retentionSeconds * 1000 - rules.latenessMs;

  /** What is remembered doesn't tell that a partition is idle: another worker may have had its batches. */
  async function progressOf(partition: number, run: Run): Promise<Progress> {
    const known = progresses.get(partition);
    progresses.delete(partition);
    return known === undefined || hasForgotten(known, run, forgetsMs)
      ? store.readProgress(partition, run.deadline)
      : known;
  }

  /** How many buckets the windows have, once this partition is in their heads for as long as their states will live. */
  async function join(partition: number, starts: readonly number[], run: Run): Promise<Map<number, number>> {
    const until = run.now / 1000 + retentionSeconds;
    const counts = await sideBySide(starts, WRITES_AT_ONCE, async (start) => {
      const name = `${start}/${partition}`;
      const known = heads.get(name);
      if (known !== undefined && known.expiresAt >= until) return known.buckets;
      const head = await store.join(start, partition, buckets, run.deadline);
      heads.set(name, head);
      if (heads.size > REMEMBERED_HEADS) heads.delete(heads.keys().next().value as string);
      return head.buckets;
    });
    return new Map(starts.map((start, i) => [start, counts[i] as number]));
  }

  async function foldAll<O extends WindowOrder>(groups: readonly Group<O>[], run: Run) {
    const slices = await states.inSlices(groups, (slice) => foldSome(slice, run));
    return { dirty: new Set(slices.flatMap(({ dirty }) => dirty)), refused: slices.flatMap(({ refused }) => refused) };
  }

  async function foldSome<O extends WindowOrder>(groups: readonly Group<O>[], run: Run) {
    const held = await states.takeAll(
      groups.map(({ key }) => key),
      run,
    );
    const work = groups.map((group, i) => ({ group, first: held[i] as (typeof held)[number] }));
    const folded = await sideBySide(work, WRITES_AT_ONCE, ({ group, first }) =>
      fold(group, first, { store, states }, run),
    );
    const dirty = groups.filter((_, i) => folded[i]?.dirty).map(({ key }) => key.start);
    return { dirty, refused: folded.flatMap(({ refused }) => refused) };
  }

  return {
    async aggregate(partition, orders, run) {
      if (orders.length === 0) return [];
      const progress = await progressOf(partition, run);
      const forgotten = hasForgotten(progress, run, forgetsMs) ? progress.closedThrough : progress.forgottenThrough;
      const { counted, old, streamTime } = byStreamTime(orders, progress.streamTime, forgotten, rules);

      const starts = [...new Set(counted.map(({ at }) => windowOf(at)))];
      const bucketCounts = await join(partition, starts, run);
      const { dirty, refused } = await foldAll(groupsOf(partition, counted, bucketCounts), run);
      const { opened, late } = await sortOutLate(partition, old, { store, states }, run);

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

/** Heads remembered: of some hours of one partition, or of the latest windows of many. */
const REMEMBERED_HEADS = 2_000;

/** Each order is measured by the stream time that it meets: that of those before it. */
function byStreamTime<O extends WindowOrder>(
  orders: readonly O[],
  from: number,
  forgotten: number,
  rules: WindowRules,
) {
  const counted: O[] = [];
  const old: O[] = [];
  let streamTime = from;
  for (const order of orders) {
    if (isLate(order.at, streamTime, rules) || isForgotten(order.at, forgotten)) old.push(order);
    else counted.push(order);
    if (order.at > streamTime) streamTime = order.at;
  }
  return { counted, old, streamTime };
}

/**
 * Whether the states of windows that are closed may be gone, as the partition had no batch for as long as its topic
 * keeps records. Before that, none is that an order can still reach: it was written within the lateness before the last
 * batch, as event time goes on no slower than the wall clock.
 */
const hasForgotten = ({ touchedAt }: Progress, { now }: Run, forgetsMs: number) => now - touchedAt >= forgetsMs;
