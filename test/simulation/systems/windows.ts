import { isDeepStrictEqual } from 'node:util';
import { TransientError } from '#lib/errors.ts';
import { memoryWindows } from '#lib/windows/memory-store.fixture.ts';
import {
  expected,
  identity,
  LATER,
  type LogOrder,
  largest,
  Model,
  partitionsOf,
  RULES,
} from '#lib/windows/model.fixture.ts';
import type { ProductMetric } from '#lib/windows/state/metric.ts';
import { entriesOf, WindowState } from '#lib/windows/state/state.ts';
import type { WindowRules } from '#lib/windows/window.ts';
import type { System } from '../system.ts';
import { type Actor, Violation, type World } from '../world.ts';

/** Event times in seconds: at the edges of three windows, and some that make windows due. */
const SECONDS = [50, 5, 59, 60, 61, 70, 100, 119, 121, 130, 185, 200];
/** Some are late after others, in the same window or in another one, and some make a window due. */
const CLOSE_SECONDS = [
  [61, 69, 100],
  [50, 61, 69],
  [50, 61, 69, 100, 135],
];
const SOON: WindowRules = { ...RULES, latenessMs: 15_000 };

interface Way {
  readonly rules: WindowRules;
  /** the event times of orders: one of these lists */
  readonly seconds: readonly (readonly number[])[];
  readonly partitions: number;
  /** the most orders in a batch */
  readonly batch: number;
  /** how often a worker ends after a batch */
  readonly ends: number;
  /** how often the schedule runs after a batch, before the next one */
  readonly closes: number;
  /** that have batches of a partition, one after the other, each with what it has in memory */
  readonly workers: number;
  readonly zombies: boolean;
  /**
   * Two workers have batches of a partition at the same time, and each order comes once, unless its batch fails. So no
   * delivery repairs what another worker left.
   */
  readonly parts: boolean;
  /** which orders are late isn't known: one worker may count what another one finds late */
  readonly lateUnknown?: true;
}

const usual = {
  rules: RULES,
  seconds: [SECONDS, [50, 130]],
  partitions: 2,
  batch: 3,
  workers: 1,
  ends: 0.05,
  closes: 0,
};
const late = { ...usual, rules: SOON, seconds: CLOSE_SECONDS, ends: 0.5, closes: 0.1 };

/** The ways in which orders come. */
const WAYS: readonly Way[] = [
  { ...usual, zombies: true, parts: false },
  { ...usual, zombies: true, parts: false, workers: 2 },
  { ...usual, zombies: false, parts: true },
  { ...usual, zombies: false, parts: true, seconds: [[50, 50, 130]], batch: 1 },
  { ...late, zombies: false, parts: false },
  { ...late, zombies: false, parts: false, seconds: [[61, 69, 100]], partitions: 1, batch: 1, closes: 0.4 },
  { ...late, zombies: false, parts: false, seconds: [[50, 61, 69]], partitions: 1, ends: 0.1, closes: 0 },
  { ...late, zombies: true, parts: false, workers: 2, lateUnknown: true },
  { ...late, zombies: false, parts: true, lateUnknown: true },
];

/**
 * Orders of two partitions are counted in windows, while workers and the schedule fail. The largest result of each
 * window and product must be that of a plain fold.
 */
export const system: System = {
  async play(world) {
    const history = new Windows(world);
    await world.run(history.deliverAll());
    world.calm = true;
    await world.run(history.drain());
    history.check();
  },
};

class Windows {
  readonly #world: World;
  readonly #store = memoryWindows();
  readonly #log: readonly LogOrder[];
  readonly #way: Way;
  readonly #models: Model[] = [];
  readonly #refused = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    this.#way = world.choices.oneOf(...WAYS);
    this.#log = ordersOf(world, this.#way);
    world.zombies = this.#way.zombies;
  }

  async deliverAll(): Promise<void> {
    const { choices } = this.#world;
    const deliveries = partitionsOf(this.#log).flatMap((own) => {
      if (!this.#way.parts) return [this.#deliver(own, 'worker')];
      const isFirst = own.map(() => choices.work(2) === 0);
      return [
        this.#deliver(
          own.filter((_, i) => isFirst[i]),
          'worker',
        ),
        this.#deliver(
          own.filter((_, i) => !isFirst[i]),
          'other worker',
        ),
      ];
    });
    await Promise.all([
      ...deliveries,
      ...Array.from({ length: choices.work(4) }, (_, i) => this.#schedule(`${i}`, choices.work(60))),
    ]);
  }

  /** Delivers orders of a partition, in batches, as an event source mapping does. */
  async #deliver(own: readonly LogOrder[], name: string): Promise<void> {
    const { choices } = this.#world;
    const partition = own[0]?.partition as number;
    const size = () => 1 + choices.work(this.#way.batch);
    const sizes = [size(), size(), size()] as const;
    let made = 0;
    const start = () => this.#worker(`${name} ${partition}.${++made}`);
    const workers = Array.from({ length: this.#way.workers }, start);
    for (let done = 0, n = 0; done < own.length; n += 1) {
      const batch = own.slice(done, done + (sizes[n % sizes.length] as number));
      const at = choices.work(workers.length);
      const worker = workers[at] as Worker;
      this.#world.tell(`${worker.actor.name} gets ${batch.map(orderName).join(', ')}`);
      const outcome = await worker.actor.do(() => this.#aggregate(worker, partition, batch));
      if (typeof outcome === 'string' || choices.chance(this.#way.ends)) workers[at] = start();
      if (typeof outcome === 'string' || outcome.result === undefined) continue;
      // The commit may be lost: then the batch comes again.
      if (!this.#way.parts && !this.#world.calm && choices.chance(0.05)) continue;
      for (const order of outcome.result) this.#refused.add(identity(order));
      done += batch.length;
      if (choices.chance(this.#way.closes)) await this.#schedule(`after ${done} orders`);
    }
  }

  async #aggregate({ model, aggregator }: Worker, partition: number, batch: readonly LogOrder[]) {
    try {
      return (await aggregator.aggregate(partition, batch, model.run())).map(({ order }) => order);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      return undefined;
    }
  }

  #worker(name: string): Worker {
    const actor = this.#world.actor(name);
    const model = new Model(this.#store, actor.network);
    Object.assign(model, { rules: this.#way.rules, buckets: this.#world.choices.oneOf(1, 2) });
    // In some histories, the time of a worker's calls runs out.
    const enough = this.#world.choices.event(30, 0.1);
    if (enough > 0) model.deadline = { remaining: () => (model.calls < enough || this.#world.calm ? 1e6 : 0) };
    this.#models.push(model);
    return { actor, model, aggregator: model.worker() };
  }

  /** @param steps of others that come before */
  async #schedule(name: string, steps = 0): Promise<void> {
    const { actor, model } = this.#worker(`schedule ${name}`);
    await this.#world.turn(actor, 'begins', steps);
    await actor.do(() => model.schedule(this.#world.choices.chance(0.2) ? 0 : LATER));
  }

  async drain(): Promise<void> {
    await this.#worker('the last schedule').model.drain();
  }

  /** How many orders of each window and product the states have. */
  #counted(): Map<string, number> {
    const counted = new Map<string, number>();
    for (const [key, { products }] of this.#store.states) {
      for (const [productId, { count }] of entriesOf(products)) {
        const name = `${Number(key.split('#')[0]) / 1_000}/${productId}`;
        counted.set(name, (counted.get(name) ?? 0) + count);
      }
    }
    return counted;
  }

  #isCounted(order: LogOrder): boolean {
    return [...this.#store.states.values()].some((stored) => new WindowState(stored).has(order));
  }

  check(): void {
    const found = largest(this.#models.flatMap(({ produced }) => produced));
    const counted = this.#counted();
    for (const [name, count] of counted) {
      if (found.get(name)?.order_count !== count)
        throw new Violation(`${name} has ${count} orders, and no such result`);
    }
    const lost = this.#log.find((order) => !this.#isCounted(order) && !this.#refused.has(identity(order)));
    if (lost) throw new Violation(`${identity(lost)} is not counted, and not refused`);
    if (this.#way.lateUnknown) return;
    const { results, late } = expected(this.#log, this.#way.rules);
    if (!isDeepStrictEqual(found, results)) {
      throw new Violation(`the largest results are [${shown(found)}], and should be [${shown(results)}]`);
    }
    if (!isDeepStrictEqual(this.#refused, late)) {
      throw new Violation(`late are [${[...this.#refused].join()}], and should be [${[...late].join()}]`);
    }
  }
}

interface Worker {
  readonly actor: Actor;
  readonly model: Model;
  readonly aggregator: ReturnType<Model['worker']>;
}

function ordersOf({ choices }: World, way: Way): LogOrder[] {
  const seconds = choices.oneOf(...way.seconds);
  const partitions = 1 + choices.work(way.partitions);
  const products = choices.oneOf([], ['b']);
  const log: LogOrder[] = [];
  const [first, ...others] = [choices.oneOf(...seconds), choices.oneOf(...seconds), choices.oneOf(...seconds)] as const;
  for (let i = 0, count = 1 + choices.work(5) + choices.work(6); i < count; i += 1) {
    const own = {
      partition: choices.work(partitions),
      productId: choices.oneOf('a', ...products),
      cents: 2 ** i,
      at: choices.oneOf(first, ...others, choices.oneOf(...seconds)) * 1_000,
      raw: `orders-${i % 2}`,
      offset: 8_190 + Math.floor(i / 2),
    };
    log.push(own);
    // It was produced twice.
    if (choices.work(8) === 7) log.push(own);
  }
  return log;
}

const orderName = ({ productId, at, raw, offset }: LogOrder) => `${raw}-${offset} (${productId}, second ${at / 1_000})`;
const shown = (results: ReadonlyMap<string, ProductMetric>) =>
  [...results].map(([key, { order_count, total_revenue }]) => `${key}: ${order_count}, ${total_revenue}`).join('; ');
