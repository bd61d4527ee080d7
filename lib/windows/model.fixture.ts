import fc from 'fast-check';
import { type Fault, FaultyCalls, type Network } from '#test/support/faulty-calls.ts';
import type { Deadline } from '../deadline.ts';
import { TransientError } from '../errors.ts';
import { type Aggregator, aggregator } from './aggregator.ts';
import { closeIdle } from './idle.ts';
import { memoryWindows } from './memory-store.fixture.ts';
import { noCounts, type Run, type WindowCounts } from './run.ts';
import { metricOf, type ProductMetric } from './state/metric.ts';
import type { WindowOrder } from './state/state.ts';
import type { StateKey, WindowStore } from './store.ts';
import { retentionSeconds, WINDOW_MS, type WindowRules, windowOf } from './window.ts';

/** A record of the aggregated topic. */
export interface LogOrder extends WindowOrder {
  readonly partition: number;
}

export type FaultOf = (call: number) => Fault;

export const RULES: WindowRules = { graceMs: 10_000, latenessMs: 10 * WINDOW_MS };
/** How long the table keeps a state, in seconds. */
const RETENTION = retentionSeconds(RULES.latenessMs / 1_000);
const IDLE = { graceMs: 10_000, idleMs: 30_000 };
/** Long after every event time of a model's orders. */
export const LATER = 1e12;

/** A whole system on one table: the results, and every call to the table and the topic. Each call may fail. */
export class Model {
  readonly produced: ProductMetric[] = [];
  readonly counts: WindowCounts = noCounts();
  /** identities of the refused orders, from deliveries that were acknowledged */
  readonly refused = new Set<string>();
  buckets = 1;
  rules = RULES;
  now = 0;
  /** the deadline of every invocation from now on */
  deadline: Deadline = { remaining: () => 1e6 };
  readonly #store: WindowStore;
  readonly #calls: FaultyCalls;

  constructor(store: WindowStore, network: Network = {}) {
    this.#store = store;
    this.#calls = new FaultyCalls(network);
  }

  get calls(): number {
    return this.#calls.calls;
  }

  set calls(count: number) {
    this.#calls.calls = count;
  }

  /** Late calls take effect now. */
  settle(): Promise<void> {
    return this.#calls.settle();
  }

  /** The items of one read are read one by one, and others may write in between. */
  #each<K, V>(
    what: string,
    keys: readonly K[],
    read: (key: K) => Promise<(V | undefined)[]>,
  ): Promise<(V | undefined)[]> {
    return this.#calls.call(what, () =>
      Promise.all(
        keys.map(async (key) => {
          await this.#calls.turn(`${what}: an item`);
          return (await read(key))[0];
        }),
      ),
    );
  }

  store(): WindowStore {
    const store = this.#store;
    const calls = this.#calls;
    return {
      readStates: (keys, d) =>
        this.#each(`read states ${keys.map(nameOf).join()}`, keys, (key) => store.readStates([key], d)),
      readProducts: (keys, d) =>
        this.#each(`read products ${keys.map(nameOf).join()}`, keys, (key) => store.readProducts([key], d)),
      writeState: (key, ...args) =>
        calls.call(`write state ${nameOf(key)} over version ${args[1]}`, () => store.writeState(key, ...args)),
      readHeads: (starts, d) =>
        this.#each(`read heads ${starts.join()}`, starts, (start) => store.readHeads([start], d)),
      join: (...args) => calls.call(`join window ${args[0]}`, () => store.join(...args)),
      readProgress: (...args) => calls.call(`read progress of ${args[0]}`, () => store.readProgress(...args)),
      writeProgress: (...args) =>
        calls.call(`write progress of ${args[0]} over version ${args[2]}`, () => store.writeProgress(...args)),
      register: (...args) => calls.call(`register ${args[0]}`, () => store.register(...args)),
      partitions: (d) =>
        calls.call('read partitions', async () => (await store.partitions(d)).toSorted((a, b) => a - b)),
    };
  }

  run(now = this.now): Run {
    return {
      deadline: this.deadline,
      now,
      counts: this.counts,
      publish: (metrics) =>
        this.#calls.call(`publish ${metrics.map(resultName).join()}`, () => void this.produced.push(...metrics)),
    };
  }

  worker(): Aggregator {
    return aggregator({ store: this.store(), rules: this.rules, buckets: this.buckets, retentionSeconds: RETENTION });
  }

  /**
   * Delivers the log of one partition in batches. After a failure, it delivers the same batch again. If `crashes`, a
   * new worker then takes over, with nothing in memory.
   */
  async poll(log: readonly LogOrder[], sizes: readonly number[], crashes = true): Promise<void> {
    let worker = this.worker();
    for (let done = 0, n = 0; done < log.length; n += 1) {
      const batch = log.slice(done, done + (sizes[n % sizes.length] as number));
      try {
        const refused = await worker.aggregate((batch[0] as LogOrder).partition, batch, this.run());
        for (const { order } of refused) this.refused.add(identity(order));
        done += batch.length;
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        if (crashes) worker = this.worker();
      }
    }
  }

  /** Runs the schedule once. It may fail: it will run again. */
  async schedule(now = LATER): Promise<void> {
    try {
      await closeIdle(this.store(), IDLE, this.run(now));
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
    }
  }

  /** Runs the schedule until no window is open, which takes a few calls. */
  async drain(): Promise<void> {
    for (let i = 0; i < 20; i += 1) {
      await this.schedule();
      if ((await this.open()) === 0) return;
    }
    throw new Error('windows stay open');
  }

  async open(): Promise<number> {
    const deadline = this.run().deadline;
    let open = 0;
    for (const partition of await this.#store.partitions(deadline)) {
      open += (await this.#store.readProgress(partition, deadline)).open.length;
    }
    return open;
  }
}

const nameOf = ({ start, partition, bucket }: StateKey) => `${start}/${partition}/${bucket}`;
const resultName = ({ window_start, product_id, order_count }: ProductMetric) =>
  `${window_start}/${product_id.slice(0, 20)}: ${order_count}`;

export const identity = ({ raw, offset }: WindowOrder) => `${raw}-${offset}`;
export const partitionsOf = (log: readonly LogOrder[]) => [...Map.groupBy(log, ({ partition }) => partition).values()];

/** The largest result of each window and product, which is the one that consumers keep. */
export function largest(produced: readonly ProductMetric[]): Map<string, ProductMetric> {
  const kept = new Map<string, ProductMetric>();
  for (const metric of produced) {
    const key = `${metric.window_start}/${metric.product_id}`;
    if (metric.order_count > (kept.get(key)?.order_count ?? 0)) kept.set(key, metric);
  }
  return kept;
}

/** The expected results: a plain fold of the log, which counts each identity once and no late order. */
export function expected(log: readonly LogOrder[], rules: WindowRules = RULES) {
  const [counted, late] = [new Map<string, LogOrder>(), new Set<string>()];
  for (const own of partitionsOf(log)) {
    let streamTime = Number.NEGATIVE_INFINITY;
    for (const order of own) {
      if (counted.has(identity(order))) continue;
      if (order.at < streamTime - rules.latenessMs) late.add(identity(order));
      else counted.set(identity(order), order);
      streamTime = Math.max(streamTime, order.at);
    }
  }
  const results = new Map<string, ProductMetric>();
  const groups = Map.groupBy(counted.values(), ({ at, productId }) => `${windowOf(at) / 1000}/${productId}`);
  for (const [key, own] of groups) {
    const first = own[0] as LogOrder;
    const sum = own.reduce((cents, order) => cents + order.cents, 0);
    results.set(key, metricOf(windowOf(first.at), first.productId, own.length, sum));
  }
  return { results, late };
}

export const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
export const faults = fc.array(fc.constantFrom<Fault>('none', 'none', 'none', 'before', 'after', 'late'), {
  maxLength: 60,
});

/** A model with these faults, whose calls run in an order that the scheduler chooses. */
export const interleaved = (s: fc.Scheduler, plan: readonly Fault[]): Model =>
  new Model(memoryWindows(), {
    faultOf: (call) => plan[call] ?? 'none',
    turn: () => s.schedule(Promise.resolve()),
  });

/**
 * Logs of several partitions, in any order. Each order is in one partition of the raw topic, and once or several times
 * in one partition of the aggregated topic. The same product may be in several partitions, as after partitions were
 * added.
 */
export function logs(shape: {
  minutes: number;
  partitions: number;
  /** at most */
  orders: number;
  atLeast?: number;
}): fc.Arbitrary<LogOrder[]> {
  const order = fc.record({
    partition: fc.nat(shape.partitions - 1),
    at: fc.nat(shape.minutes * WINDOW_MS),
    product: fc.nat(3),
    cents: fc.integer({ min: 1, max: 1_000_000_000 }),
    again: fc.nat(8),
  });
  return fc.array(order, { minLength: shape.atLeast ?? 1, maxLength: shape.orders }).map((orders) => {
    const log: LogOrder[] = [];
    for (const [i, { partition, at, product, cents, again }] of orders.entries()) {
      const raw = `orders-${i % 2}`;
      log.push({ partition, productId: `product-${product}`, cents, at, raw, offset: 8_190 + Math.floor(i / 2) });
      const earlier = log[log.length - 1 - again];
      if (again > 0 && again < 4 && earlier !== undefined) log.push(earlier);
    }
    return log;
  });
}
