import { sideBySide } from '../stores/side-by-side.ts';
import { type Held, type HeldStates, heldOf } from './held-states.ts';
import { metricOf, type ProductMetric } from './metric.ts';
import { bytesOf } from './room.ts';
import type { Run } from './run.ts';
import { type Tally, talliesOf } from './state.ts';
import type { Head, StateKey, WindowStore } from './store.ts';
import { WINDOW_MS } from './window.ts';

/** Writes of one worker at a time: more bring little. */
export const WRITES_AT_ONCE = 20;

interface Own extends Held {
  readonly key: StateKey;
}

interface Result {
  readonly metric: ProductMetric;
  /** there was one before */
  readonly correction: boolean;
}

/** Windows closed with one send; what is read for them is in memory together. */
const CLOSED_AT_ONCE = 100;
/** With less than this left, in ms, no more windows are closed: they stay open for the next batch or the schedule. */
const RESERVE_MS = 3_000;

/** Closes windows of a partition, the oldest first, as many as there is time for. See {@link closeSome}. */
export async function closeWindows(...[partition, starts, ...rest]: Parameters<typeof closeSome>): Promise<number[]> {
  const oldestFirst = starts.toSorted((a, b) => a - b);
  const { deadline } = rest[2];
  const closed: number[] = [];
  for (let i = 0; i < oldestFirst.length && deadline.remaining() > RESERVE_MS; i += CLOSED_AT_ONCE) {
    closed.push(...(await closeSome(partition, oldestFirst.slice(i, i + CLOSED_AT_ONCE), ...rest)));
  }
  return closed;
}

/**
 * Closes windows of a partition: produces the results of what changed since the last time, summed over all partitions,
 * then marks it as produced. What isn't marked is produced again by whoever comes next.
 *
 * The order of the reads makes the last result exact: own states, then the heads, then the other partitions' states.
 * Of the states that a product has, let s be the one that was written last. Who marks s read it before the heads and
 * the others, so these were final; and as s was not marked before, that result is yet to come.
 *
 * @param bucketsOf how many buckets the windows have, where that is known
 * @returns the windows that had, at some time during this call, nothing left to produce
 */
async function closeSome(
  partition: number,
  starts: readonly number[],
  { store, states }: { store: WindowStore; states: HeldStates },
  bucketsOf: (start: number) => number | undefined,
  run: Run,
): Promise<number[]> {
  const own = await readOwn(partition, starts, { store, states }, bucketsOf, run);
  const dirty = own.filter(({ state }) => state.dirty);
  const results = await resultsOf(partition, dirty, store, run);
  if (results.length > 0) await run.publish(results.map(({ metric }) => metric));
  const marked = await sideBySide(dirty, WRITES_AT_ONCE, (held) => mark(held, { store, states }, run));

  const unmarked = new Set(dirty.filter((_, i) => !marked[i]).map(({ key }) => key.start));
  const closed = starts.filter((start) => !unmarked.has(start));
  const dirtyStarts = new Set(dirty.map(({ key }) => key.start));
  const produced = closed.filter((start) => dirtyStarts.has(start));
  run.counts.results += results.length;
  run.counts.corrections += results.filter(({ correction }) => correction).length;
  run.counts.closed += produced.length;
  run.counts.latenessMs = Math.max(run.counts.latenessMs, ...produced.map((start) => run.now - start - WINDOW_MS));
  return closed;
}

/**
 * A remembered state that is dirty may stand for the table's: marking it is refused where it is old. One that is clean
 * may not: another worker could have counted an order since, and this window would be taken for done.
 */
async function readOwn(
  partition: number,
  starts: readonly number[],
  { store, states }: { store: WindowStore; states: HeldStates },
  bucketsOf: (start: number) => number | undefined,
  { deadline }: Run,
): Promise<Own[]> {
  const unknown = starts.filter((start) => bucketsOf(start) === undefined);
  const heads = unknown.length === 0 ? [] : await store.readHeads(unknown, deadline);
  const buckets = new Map(unknown.map((start, i) => [start, heads[i]?.buckets ?? 0]));
  const keys = starts.flatMap((start) =>
    Array.from({ length: bucketsOf(start) ?? buckets.get(start) ?? 0 }, (_, bucket) => ({ start, partition, bucket })),
  );
  const remembered = keys.map((key) => states.take(key)).map((held) => (held?.state.dirty ? held : undefined));
  const missing = keys.filter((_, i) => remembered[i] === undefined);
  const read = (missing.length === 0 ? [] : await store.readStates(missing, deadline)).values();
  return keys.map((key, i) => ({ key, ...(remembered[i] ?? heldOf(read.next().value)) }));
}

/** The results of every product that has orders in none yet. */
async function resultsOf(
  partition: number,
  dirty: readonly Own[],
  store: WindowStore,
  { deadline }: Run,
): Promise<Result[]> {
  if (dirty.length === 0) return [];
  const starts = [...new Set(dirty.map(({ key }) => key.start))];
  const heads = new Map<number, Head | undefined>();
  for (const [i, head] of (await store.readHeads(starts, deadline)).entries()) heads.set(starts[i] as number, head);
  const others = dirty.map(({ key }) =>
    (heads.get(key.start)?.partitions ?? []).filter((p) => p !== partition).map((p) => ({ ...key, partition: p })),
  );
  const keys = others.flat();
  const read = (keys.length === 0 ? [] : await store.readProducts(keys, deadline)).values();
  return dirty.flatMap(({ key, state }, i) => {
    const tallies = (others[i] as StateKey[]).flatMap(() => {
      const products = read.next().value;
      return products === undefined ? [] : [talliesOf(products)];
    });
    return [...state.products]
      .filter(([, { pending }]) => pending > 0)
      .map(([productId, tally]) => resultOf(key.start, productId, [tally, ...of(productId, tallies)]));
  });
}

const of = (productId: string, partitions: readonly ReadonlyMap<string, Readonly<Tally>>[]) =>
  partitions.flatMap((tallies) => tallies.get(productId) ?? []);

function resultOf(start: number, productId: string, parts: readonly Readonly<Tally>[]): Result {
  const total = (field: keyof Tally) => parts.reduce((sum, part) => sum + part[field], 0);
  const count = total('count');
  return { metric: metricOf(start, productId, count, total('sum')), correction: count > total('pending') };
}

/** @returns false where the state has changed since it was read: what changed is still to be produced */
async function mark(
  { key, state, version }: Own,
  { store, states }: { store: WindowStore; states: HeldStates },
  run: Run,
): Promise<boolean> {
  state.markEmitted();
  const packed = state.pack();
  if (!(await store.writeState(key, packed, version, run.deadline))) {
    run.counts.conflicts += 1;
    return false;
  }
  run.counts.stateWrites += 1;
  run.counts.stateBytes += bytesOf(packed);
  states.giveBack(key, { state, version: version + 1 });
  return true;
}
