import type { Context } from 'aws-lambda';
import { batchHandler } from '#lib/batch-handler.ts';
import type { BatchFunction } from '#lib/kafka/batch.ts';
import type { RecordProducer } from '#lib/kafka/client/producer.ts';
import type { MskBatchResponse } from '#lib/kafka/event.ts';
import { coordinatesText } from '#lib/kafka/records.ts';
import { FaultyCalls } from '#test/support/faulty-calls.ts';
import { mskEvent, type TestRecord } from '#test/support/msk-event.ts';
import { currentClock } from '../platform/clock.ts';
import { type Actor, Violation, type World } from '../world.ts';

/** A record of a partition's log, and what should become of it. */
export interface LogRecord extends TestRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** it can't be stored: it must become a dead letter */
  readonly bad?: boolean;
}

export const placeOf = ({ topic, partition, offset }: LogRecord) => `${topic}-${partition}-${offset}`;

/** Time for many attempts at a store's call, in ms; and time for one. */
const [PLENTY_MS, SHORT_MS] = [20_000, 1_560];

/**
 * Delivers a log to a sink's function, as an event source mapping does: in offset order in each partition, again after
 * a failure, and from the last commit when a worker crashed or is given up.
 */
export class Delivery {
  readonly deadLetters = new Map<string, number>();
  /** places of records that are no longer in the log, because a later record has their key */
  readonly compacted = new Set<string>();
  readonly #world: World;
  readonly #log: readonly LogRecord[];
  readonly #workOf: (actor: Actor) => BatchFunction;
  readonly #handingBack: 'report' | 'throw';
  #workers = 0;

  /** @param workOf makes the sink of an execution environment */
  constructor(world: World, log: readonly LogRecord[], workOf: (actor: Actor) => BatchFunction) {
    this.#world = world;
    this.#log = log;
    this.#workOf = workOf;
    this.#handingBack = world.choices.oneOf('report', 'throw');
  }

  /** Delivers everything, once or by two mappings at the same time. */
  async run(): Promise<void> {
    const { choices } = this.#world;
    const partitions = [...Map.groupBy(this.#log, ({ topic, partition }) => `${topic}-${partition}`).values()];
    const shares = choices.oneOf(
      [partitions],
      [partitions, partitions],
      partitions.map((own) => [own]),
    );
    await this.#world.run(Promise.all(shares.map((share) => this.#deliver(share))));
    this.#world.calm = true;
    // What hangs goes on.
    const last = this.#world.actor('the end');
    await this.#world.run(this.#world.turn(last, 'is reached', 1_000));
  }

  async #deliver(partitions: readonly (readonly LogRecord[])[]): Promise<void> {
    const { choices } = this.#world;
    const sizes = [1 + choices.work(4), 1 + choices.work(4), 1 + choices.work(4)] as const;
    const done = partitions.map(() => 0);
    let worker = this.#worker();
    for (let n = 0; partitions.some((own, i) => (done[i] as number) < own.length); n += 1) {
      const size = sizes[n % sizes.length] as number;
      const slices = partitions.map((own, i) => own.slice(done[i], (done[i] as number) + size));
      const batch = slices.flat().filter((record) => !this.compacted.has(placeOf(record)));
      this.#world.tell(`${worker.actor.name} gets ${batch.map(placeOf).join(', ')}`);
      const outcome = await worker.actor.do(() => worker.invoke(batch));
      if (typeof outcome === 'string' || choices.chance(0.05)) worker = this.#worker();
      // The commit may be lost: then the batch comes again.
      if (typeof outcome === 'string' || (!this.#world.calm && choices.chance(0.05))) continue;
      for (const [i, own] of partitions.entries()) {
        const next = own.findIndex((record) => outcome.result.has(placeOf(record)));
        done[i] = next >= 0 ? next : Math.min(own.length, (done[i] as number) + size);
      }
    }
  }

  #worker() {
    this.#workers += 1;
    const actor = this.#world.actor(`worker ${this.#workers}`);
    const handler = batchHandler(
      {
        function: 'simulated',
        handingBack: this.#handingBack,
        producer: this.#producer(actor),
        deadLetterTopicOf: () => 'dlq',
        takesAny: true,
      },
      this.#workOf(actor),
    );
    const shortOfTime = () => !this.#world.calm && this.#world.choices.chance(0.3);
    /** @returns the records that must come again */
    const invoke = async (batch: readonly LogRecord[]): Promise<ReadonlySet<string>> => {
      try {
        const response = await handler(mskEvent([...batch]), contextOf(shortOfTime() ? SHORT_MS : PLENTY_MS));
        return new Set(handedBack(response));
      } catch {
        return new Set(batch.map(placeOf));
      }
    };
    return { actor, invoke };
  }

  #producer(actor: Actor): RecordProducer {
    const calls = new FaultyCalls(actor.network);
    return {
      send: (_, messages) =>
        calls.call(`send dead letters of ${messages.map(({ from }) => coordinatesText(from)).join(', ')}`, () => {
          for (const { from } of messages) {
            const place = coordinatesText(from);
            this.deadLetters.set(place, (this.deadLetters.get(place) ?? 0) + 1);
          }
          return [];
        }),
      close: async () => {},
    };
  }

  /** Every bad record has a dead letter, and no other record has one. @param needsNone bad records that need none */
  checkDeadLetters(needsNone: (record: LogRecord) => boolean = () => false): void {
    for (const record of this.#log) {
      const letters = this.deadLetters.get(placeOf(record)) ?? 0;
      if (record.bad && letters === 0 && !needsNone(record))
        throw new Violation(`${placeOf(record)} is bad, and has no dead letter`);
      if (!record.bad && letters > 0) throw new Violation(`${placeOf(record)} is good, and has a dead letter`);
    }
  }
}

function* handedBack(response: MskBatchResponse | undefined): Generator<string> {
  for (const { itemIdentifier } of response?.batchItemFailures ?? []) {
    yield `${itemIdentifier.partition}-${itemIdentifier.offset}`;
  }
}

function contextOf(ms: number): Context {
  const clock = currentClock();
  const end = clock.now + ms;
  const context: Partial<Context> = {
    functionName: 'simulated',
    awsRequestId: 'simulated',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => end - clock.now,
  };
  return context as Context;
}

/**
 * A log of one topic: offsets with gaps, in one partition or in two. @param contentOf makes a record's content from its
 * place in the log
 */
export function logOf(
  { choices }: World,
  topic: string,
  contentOf: (
    index: number,
    partition: number,
  ) => Omit<TestRecord, 'topic' | 'partition' | 'offset'> & { bad?: boolean },
): LogRecord[] {
  const partitions = choices.oneOf(1, 2);
  const next = [0, 0];
  return Array.from({ length: 1 + choices.work(5) + choices.work(6) }, (_, index) => {
    const partition = choices.work(partitions);
    const offset = (next[partition] as number) + choices.oneOf(0, 0, 1, 3);
    next[partition] = offset + 1;
    return { topic, partition, offset, ...contentOf(index, partition) };
  });
}
