import { FaultyCalls } from '#test/support/faulty-calls.ts';
import { Cluster } from '../../../plugins/msk/consumer/cluster.ts';
import type { MskEvent } from '../../../plugins/msk/polling/event.ts';
import { Poller } from '../../../plugins/msk/polling/poller.ts';
import type { Mapping } from '../../../plugins/msk/template/mapping.ts';
import { EPOCH } from '../platform/clock.ts';
import { attached } from '../stores/kafka-client.ts';
import { KafkaModel, type LoggedRecord } from '../stores/kafka-model.ts';
import type { System } from '../system.ts';
import type { Actor, World } from '../world.ts';

interface Policy {
  readonly reportsFailures: boolean;
  readonly retry: Mapping['retry'];
  readonly onFailure?: string;
}

const endless = {
  maximumRetryAttempts: Infinity,
  maximumAgeMilliseconds: Infinity,
  bisects: false,
  hasDestination: false,
};
const limited = { maximumRetryAttempts: 1, maximumAgeMilliseconds: Infinity, bisects: true, hasDestination: true };
const onFailure = 'kafka://dlq';

const POLICIES: readonly Policy[] = [
  { reportsFailures: false, retry: endless },
  { reportsFailures: true, retry: endless },
  { reportsFailures: true, retry: { ...endless, bisects: true } },
  { reportsFailures: false, retry: limited, onFailure },
  { reportsFailures: true, retry: limited, onFailure },
  { reportsFailures: true, retry: { ...limited, bisects: false, maximumAgeMilliseconds: 4_000 }, onFailure },
];

/**
 * Two pollers are members of a group, while their sessions end, they crash and start again, and their functions fail.
 * No committed offset is beyond a record that isn't done, and each partition is processed in order.
 */
export const system: System = {
  async play(world) {
    const history = new Polling(world);
    await world.run(history.events());
    world.calm = true;
    await world.run(history.finished);
  },
};

class Polling {
  readonly finished: Promise<void>;
  readonly #world: World;
  readonly #kafka: KafkaModel;
  readonly #policy: Policy;
  /** places of records that the function has processed, and said so */
  readonly #processed = new Set<string>();
  readonly #poison = new Set<string>();
  readonly #filtered = new Set<string>();
  readonly #batchSize: number;
  readonly #windowMilliseconds: number;
  #pollers = 0;

  constructor(world: World) {
    this.#world = world;
    const { choices } = world;
    this.#policy = choices.oneOf(...POLICIES);
    this.#batchSize = choices.oneOf(2, 1, 5);
    this.#windowMilliseconds = choices.oneOf(0, 500);
    this.#kafka = new KafkaModel(
      world,
      Array.from({ length: choices.oneOf(1, 2, 3) }, (_, partition) => this.#log(partition)),
    );
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#kafka.onCommit = (partition, offset) => {
      this.#checkCommit(partition, offset);
      if (this.#kafka.logs.every((_, i) => (this.#kafka.committed.get(i) ?? 0) >= this.#kafka.endOf(i))) resolve();
    };
    if (this.#kafka.logs.every((log) => log.length === 0)) resolve();
  }

  #log(partition: number): LoggedRecord[] {
    const { choices } = this.#world;
    let next = 0;
    return Array.from({ length: choices.work(7) }, () => {
      const offset = next + choices.oneOf(0, 0, 0, 2);
      next = offset + 1;
      const kind = choices.work(8);
      if (kind === 7 && this.#policy.onFailure) this.#poison.add(`${partition}-${offset}`);
      if (kind === 6) this.#filtered.add(`${partition}-${offset}`);
      return { offset, value: Buffer.from(`${partition}-${offset}`), timestamp: EPOCH };
    });
  }

  /** The pollers start, and what may happen to them happens, each at any time. */
  async events(): Promise<void> {
    const { choices } = this.#world;
    const pollers = [this.#start(), this.#start()];
    for (let n = choices.work(4); n > 0; n -= 1) {
      await this.#world.turn(this.#world.actor('the events'), 'go on', 1 + choices.work(60));
      const at = choices.work(2);
      const kind = choices.oneOf('expel', 'crash', 'restart');
      this.#world.tell(`${kind} ${kind === 'expel' ? this.#kafka.members[at] : pollers[at]?.name}`);
      if (kind === 'expel') this.#kafka.expel(this.#kafka.members[at] ?? '');
      else {
        const { actor, poller } = pollers[at] as Started;
        if (kind === 'crash') this.#crash(actor);
        else void poller.stop(1_000);
        pollers[at] = this.#start();
      }
    }
  }

  #crash(actor: Actor): void {
    actor.dead = true;
    const mine = this.#kafka.membersOf(actor.name);
    void this.#world.turn(this.#world.actor('the coordinator'), `misses ${actor.name}`, 5).then(() => {
      for (const id of mine) this.#kafka.leave(id);
    });
  }

  #start(): Started {
    this.#pollers += 1;
    const name = `poller ${this.#pollers}`;
    const actor = this.#world.actor(name);
    const failure = () => Object.assign(new Error('the connection failed'), { code: 'PLT_KFK_NETWORK' });
    const calls = new FaultyCalls({ ...actor.network, error: failure });
    attached.set(name, { kafka: this.#kafka, calls, gone: () => actor.dead });
    const mapping: Mapping = {
      ...{ logicalId: 'M', functionLogicalId: 'F', functionArn: 'arn:f', eventSourceArn: 'arn:e', group: 'g' },
      topic: this.#kafka.topic,
      batchSize: this.#batchSize,
      windowMilliseconds: this.#windowMilliseconds,
      startingPosition: { at: 'TRIM_HORIZON' },
      concurrency: 3,
      filter: (value) => !this.#filtered.has(String(value)),
      ...this.#policy,
    };
    const inFlight = new Set<string>();
    const invoke = (event: unknown) => this.#invoke(event as MskEvent, actor, inFlight);
    const poller = new Poller({
      ...{ mapping, functionKey: 'f', cluster: new Cluster(name), invoke, environment: {} },
      log: (line) => this.#world.tell(`${name} logs: ${line}`),
    });
    poller.start();
    return { name, actor, poller };
  }

  /** The function: it may throw, report a failure, or answer nonsense. */
  async #invoke({ records }: MskEvent, actor: Actor, inFlight: Set<string>): Promise<unknown> {
    const { choices, calm } = this.#world;
    const partitions = Object.entries(records);
    for (const [name, [first]] of partitions) {
      if (inFlight.has(name)) throw this.#world.violated(`${name} is processed twice at once by ${actor.name}`);
      inFlight.add(name);
      this.#checkOrder(first?.partition ?? 0, first?.offset ?? 0);
    }
    const all = partitions.flatMap(([, own]) => own);
    try {
      await this.#world.turn(actor, `the function gets ${all.map(placeOf).join()}`);
      const answer = calm ? 0 : choices.event(4, 0.3);
      await this.#world.turn(actor, `the function answers ${ANSWERS[answer]}`);
      if (answer === 1) throw new Error('the function failed');
      const failed = all.filter(
        (record, i) => this.#poison.has(placeOf(record)) || (answer === 3 && i === all.length >> 1),
      );
      if (!this.#policy.reportsFailures && (failed.length > 0 || answer === 2)) throw new Error('the function failed');
      const batchItemFailures = failed.map(({ topic, partition, offset }) => ({
        itemIdentifier: { partition: `${topic}-${partition}`, offset },
      }));
      // No record of the batch has this offset: the whole batch has failed.
      if (answer === 2) return { batchItemFailures: [{ itemIdentifier: { partition: 'orders-0', offset: 999 } }] };
      for (const record of all) {
        const isBehind = failed.some(
          ({ partition, offset }) => partition === record.partition && offset <= record.offset,
        );
        if (!isBehind) this.#processed.add(placeOf(record));
      }
      return { batchItemFailures };
    } finally {
      for (const [name] of partitions) inFlight.delete(name);
    }
  }

  #isDone(place: string): boolean {
    return this.#processed.has(place) || this.#filtered.has(place) || this.#kafka.discarded.includes(place);
  }

  #notDone(partition: number, below: number): string | undefined {
    const places = (this.#kafka.logs[partition] ?? []).filter(({ offset }) => offset < below);
    return places.map(({ offset }) => `${partition}-${offset}`).find((place) => !this.#isDone(place));
  }

  #checkCommit(partition: number, offset: number): void {
    const place = this.#notDone(partition, offset);
    if (place)
      throw this.#world.violated(`offset ${offset} of partition ${partition} is committed, and ${place} isn't done`);
  }

  #checkOrder(partition: number, offset: number): void {
    const place = this.#notDone(partition, offset);
    if (place)
      throw this.#world.violated(`${partition}-${offset} goes to the function, and ${place} before it isn't done`);
  }
}

const placeOf = ({ partition, offset }: { partition: number; offset: number }) => `${partition}-${offset}`;
const ANSWERS = ['', 'with an error', 'nonsense', 'with a failure'];

interface Started {
  readonly name: string;
  readonly actor: Actor;
  readonly poller: Poller;
}
