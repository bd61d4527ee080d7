import { sideBySide } from '../side-by-side.ts';
import type { Run } from './run.ts';
import { type Held, type HeldStates, heldOf } from './state/held-states.ts';
import { metricOf, type ProductMetric } from './state/metric.ts';
import { bytesOf } from './state/room.ts';
import { entriesOf, type Tally, type WindowState } from './state/state.ts';
import type { Head, StateKey, WindowStore } from './store.ts';
import { WINDOW_MS } from './window.ts';

/** The most parallel writes of a worker. More would bring little. */
export const WRITES_AT_ONCE = 20;

interface Own extends Held {
  readonly key: StateKey;
}

interface Result {
  readonly metric: ProductMetric;
  /** there was an earlier result */
  readonly correction: boolean;
}

/** The most heads in one read. */
const HEADS_AT_ONCE = 100;
/** The most packed states of other partitions that are in memory together. */
const OTHERS_AT_ONCE = 100;
/** The most bytes of packed products per send. As results they take a few hundred bytes each. */
const SEND_BYTES = 512 * 1024;
/**
 * With less time than this left, in ms, no more windows are closed: they stay open for the next batch or the schedule.
 */
const RESERVE_MS = 3_000;

interface Stores {
  readonly store: WindowStore;
  readonly states: HeldStates;
}

/**
 * Closes windows of a partition, the oldest first, as many as there is time for. For each, it produces the results that
 * changed since the last time, summed over all partitions, then marks them as produced. The next call produces results
 * again that were not marked.
 *
 * @param bucketsOf the number of buckets of a window, if known
 * @returns the windows that had, at some time during this call, nothing left to produce
 */
export async function closeWindows(
  partition: number,
  starts: readonly number[],
  stores: Stores,
  bucketsOf: (start: number) => number | undefined,
  run: Run,
): Promise<number[]> {
  const closed: number[] = [];
  const oldestFirst = starts.toSorted((a, b) => a - b);
  for (let i = 0; i < oldestFirst.length && hasTime(run); i += HEADS_AT_ONCE) {
    const some = oldestFirst.slice(i, i + HEADS_AT_ONCE);
    const keys = await keysOf(partition, some, stores.store, bucketsOf, run);
    const slices = await stores.states.inSlices(keys, (slice) => closeSome(slice, stores, run));
    const unmarked = new Set(slices.flatMap((slice) => slice.unmarked));
    const marked = new Set(slices.flatMap((slice) => slice.marked));
    const produced = some.filter((start) => marked.has(start) && !unmarked.has(start));
    run.counts.closed += produced.length;
    run.counts.latenessMs = Math.max(run.counts.latenessMs, ...produced.map((start) => run.now - start - WINDOW_MS));
    closed.push(...some.filter((start) => !unmarked.has(start)));
  }
  return closed;
}

const hasTime = ({ deadline }: Run) => deadline.remaining() > RESERVE_MS;

/** The keys of all states that the windows may have. */
async function keysOf(
  partition: number,
  starts: readonly number[],
  store: WindowStore,
  bucketsOf: (start: number) => number | undefined,
  { deadline }: Run,
): Promise<StateKey[]> {
  const unknown = starts.filter((start) => bucketsOf(start) === undefined);
  const heads = unknown.length === 0 ? [] : await store.readHeads(unknown, deadline);
  const buckets = new Map(unknown.map((start, i) => [start, heads[i]?.buckets ?? 0]));
  return starts.flatMap((start) =>
    Array.from({ length: bucketsOf(start) ?? buckets.get(start) ?? 0 }, (_, bucket) => ({ start, partition, bucket })),
  );
}

/**
 * Produces and marks some states of a partition, in sends of a limited size.
 *
 * The order of the reads makes the last result exact: this partition's states, then the heads, then the other
 * partitions' states. Of all states that hold a product in a window, let s be the one that was written last. The worker
 * that marks s read s before the heads and the other states, so these were already final. And s is not marked before
 * its result is produced, so a result with all orders is always produced.
 *
 * @returns the windows of the states that were marked, and of those that were not
 */
async function closeSome(keys: readonly StateKey[], stores: Stores, run: Run) {
  const marked: number[] = [];
  const unmarked: number[] = [];
  if (!hasTime(run)) return { marked, unmarked: keys.map(({ start }) => start) };
  const own = await readOwn(keys, stores, run);
  for (const dirty of sendsOf(own.filter(({ state }) => state.dirty))) {
    const done = hasTime(run) ? await produce(dirty, stores, run) : [];
    for (const [i, { key }] of dirty.entries()) (done[i] ? marked : unmarked).push(key.start);
  }
  return { marked, unmarked };
}

/** Splits states into sends of at most {@link SEND_BYTES}; a larger state is alone. */
function sendsOf(dirty: readonly Own[]): Own[][] {
  const sends: Own[][] = [];
  let room = 0;
  for (const own of dirty) {
    const bytes = own.state.pack().products.length;
    if (bytes > room || sends.length === 0) {
      sends.push([]);
      room = SEND_BYTES;
    }
    sends.at(-1)?.push(own);
    room -= bytes;
  }
  return sends;
}

/** @returns for each state whether it was marked */
async function produce(dirty: readonly Own[], stores: Stores, run: Run): Promise<boolean[]> {
  const results = await resultsOf(dirty, stores.store, run);
  if (results.length > 0) await run.publish(results.map(({ metric }) => metric));
  const marked = await sideBySide(dirty, WRITES_AT_ONCE, (held) => mark(held, stores, run));
  run.counts.results += results.length;
  run.counts.corrections += results.filter(({ correction }) => correction).length;
  return marked;
}

/**
 * Reads the states of this partition. A kept state that is dirty needs no read: if it is old, marking it is refused. A
 * kept state that is clean is read again: another worker may have counted an order since, and the window must not look
 * finished.
 */
async function readOwn(keys: readonly StateKey[], { store, states }: Stores, { deadline }: Run): Promise<Own[]> {
  const remembered = keys.map((key) => states.take(key)).map((held) => (held?.state.dirty ? held : undefined));
  const missing = keys.filter((_, i) => remembered[i] === undefined);
  const read = (missing.length === 0 ? [] : await store.readStates(missing, deadline)).values();
  return keys.map((key, i) => ({ key, ...(remembered[i] ?? heldOf(read.next().value)) }));
}

/** The results of every product that has orders in no result yet. */
async function resultsOf(dirty: readonly Own[], store: WindowStore, { deadline }: Run): Promise<Result[]> {
  const starts = [...new Set(dirty.map(({ key }) => key.start))];
  const heads = new Map<number, Head | undefined>();
  for (const [i, head] of (await store.readHeads(starts, deadline)).entries()) heads.set(starts[i] as number, head);
  const totals = dirty.map(({ state }) => pendingOf(state));
  const others = dirty.flatMap(({ key }, i) =>
    (heads.get(key.start)?.partitions ?? [])
      .filter((partition) => partition !== key.partition)
      .map((partition) => ({ key: { ...key, partition }, into: totals[i] as Totals })),
  );
  for (let i = 0; i < others.length; i += OTHERS_AT_ONCE) {
    const some = others.slice(i, i + OTHERS_AT_ONCE);
    const read = await store.readProducts(
      some.map(({ key }) => key),
      deadline,
    );
    for (const [n, products] of read.entries()) if (products) addTo((some[n] as (typeof some)[number]).into, products);
  }
  return dirty.flatMap(({ key }, i) =>
    [...(totals[i] as Totals)].map(([productId, { count, sum, pending }]) => ({
      metric: metricOf(key.start, productId, count, sum),
      correction: count > pending,
    })),
  );
}

type Totals = Map<string, Tally>;

/** The tallies of the products that have orders in no result yet. */
function pendingOf(state: WindowState): Totals {
  const totals: Totals = new Map();
  for (const [productId, tally] of state.entries()) if (tally.pending > 0) totals.set(productId, { ...tally });
  return totals;
}

function addTo(totals: Totals, products: Uint8Array): void {
  for (const [productId, { count, sum, pending }] of entriesOf(products)) {
    const total = totals.get(productId);
    if (total === undefined) continue;
    total.count += count;
    total.sum += sum;
    total.pending += pending;
  }
}

/** @returns false if the state changed since it was read: then the change is still to be produced */
async function mark({ key, state, version, reached }: Own, { store, states }: Stores, run: Run): Promise<boolean> {
  state.markEmitted();
  const packed = state.pack();
  if (!(await store.writeState(key, { ...packed, reached }, version, run.deadline))) {
    run.counts.conflicts += 1;
    return false;
  }
  run.counts.stateWrites += 1;
  run.counts.stateBytes += bytesOf(packed);
  states.giveBack(key, { state, version: version + 1, reached });
  return true;
}
