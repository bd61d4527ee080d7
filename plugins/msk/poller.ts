import { setTimeout as sleep } from 'node:timers/promises';
import { payloadLimit } from './batching.ts';
import type { Cluster, Position } from './cluster.ts';
import { Committer } from './committer.ts';
import type { MappingStatus } from './contract.ts';
import { Dispatcher, partsOf, type Slice } from './dispatcher.ts';
import { type KafkaRecord, mskEvent } from './event.ts';
import { GroupConsumer } from './group-consumer.ts';
import type { Mapping } from './mapping.ts';
import { PartitionQueue } from './partition-queue.ts';
import { failAll, type Outcome, readResponse, succeedAll } from './response.ts';

export interface PollerOptions {
  mapping: Mapping;
  /** The function's key in the service. */
  functionKey: string;
  cluster: Cluster;
  /** Runs the function on an event. A rejection is a failed invocation. */
  invoke: (event: unknown) => Promise<unknown>;
  log: (line: string) => void;
}

/** One event source mapping at work: consumer group, queues, batches, invocations, commits. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #dispatcher: Dispatcher;
  readonly #committer: Committer;
  readonly #consumer: GroupConsumer;
  readonly #counts = { polled: 0, invoked: 0, failedInvocations: 0, committed: 0 };
  #filteredOut = 0;
  readonly #positions = new Map<number, { committed: number; end: number }>();
  #functionError: string | undefined;
  #clusterError: string | undefined;

  constructor(options: PollerOptions) {
    this.#options = options;
    const { mapping, cluster } = options;
    const limits = { batchSize: mapping.batchSize, maxBytes: payloadLimit - envelopeBytes };
    this.#dispatcher = new Dispatcher({
      ...limits,
      windowMilliseconds: mapping.windowMilliseconds,
      invoke: (slices) => this.#invoke(slices),
      done: (queue, next, records) => this.#committer.add(queue, next, records),
      failed: (slices, reason, wait) => this.#failed(slices, reason, wait),
    });
    this.#committer = new Committer({
      commit: (offsets) => this.#consumer.commit(offsets),
      committed: (queue, next, records) => {
        this.#counts.committed += records;
        this.#position(queue.partition).committed = next;
      },
      failed: (error) => this.#clusterFailed(error),
    });
    this.#consumer = new GroupConsumer({
      cluster,
      mapping,
      queues: () => this.#dispatcher.queues,
      queueOf: (partition) =>
        this.#dispatcher.queue(
          partition,
          () => new PartitionQueue(mapping.topic, partition, limits, (record) => this.#passes(record)),
        ),
      queued: (queue, records, end) => {
        this.#counts.polled += records;
        this.#position(queue.partition).end = end;
        this.#dispatcher.wake();
      },
      begin: (queue, offset) => this.#committer.add(queue, offset, 0),
      connected: () => {
        this.#clusterError = undefined;
      },
      failed: (error) => this.#clusterFailed(error),
    });
  }

  start(): void {
    this.#consumer.start();
  }

  /** Starts no new batch, waits for those in flight within the bound, commits what is done, leaves the group. */
  async stop(boundMilliseconds: number): Promise<void> {
    this.#consumer.pause();
    await within(
      boundMilliseconds,
      this.#dispatcher.stop().then(() => this.#committer.flushed()),
    );
    await within(leaveMilliseconds, this.#consumer.leave());
  }

  get status(): MappingStatus {
    const { mapping, functionKey } = this.#options;
    const lastError = this.#functionError ?? this.#clusterError;
    return {
      function: functionKey,
      topic: mapping.topic,
      group: mapping.group,
      assigned: this.#assigned,
      ...this.#counts,
      ...(mapping.filter && { filteredOut: this.#filteredOut }),
      inFlight: this.#dispatcher.inFlight,
      lag: this.#lag,
      ...(lastError !== undefined && { lastError }),
    };
  }

  /**
   * Asks the cluster for offsets that this poller doesn't see: where it hasn't joined yet, holds a partition, or
   * others of its group have one.
   */
  async refreshPositions(): Promise<void> {
    const all = this.#positions.size;
    if (this.#known && this.#consumer.held === 0 && this.#assigned === all) return;
    const positions: Map<number, Position> = await this.#options.cluster.positions(this.#options.mapping);
    for (const [partition, { offset, end }] of positions) {
      const owned = [...this.#dispatcher.queues].some((queue) => queue.partition === partition && queue.assigned);
      const position = this.#position(partition);
      position.end = Math.max(position.end, end);
      if (!owned || !this.#known) position.committed = Math.max(offset, owned ? position.committed : 0);
    }
    this.#known = true;
  }

  #known = false;

  get #assigned(): number {
    return [...this.#dispatcher.queues].filter((queue) => queue.assigned).length;
  }

  get #lag(): number | null {
    if (!this.#known) return null;
    return [...this.#positions.values()].reduce((sum, { committed, end }) => sum + Math.max(0, end - committed), 0);
  }

  #position(partition: number): { committed: number; end: number } {
    const position = this.#positions.get(partition) ?? { committed: 0, end: 0 };
    this.#positions.set(partition, position);
    return position;
  }

  #passes({ value }: KafkaRecord): boolean {
    const passes = this.#options.mapping.filter?.(value) ?? true;
    if (!passes) this.#filteredOut += 1;
    return passes;
  }

  async #invoke(slices: readonly Slice[]): Promise<Outcome> {
    const { mapping, cluster, invoke } = this.#options;
    const parts = partsOf(slices);
    const partitions = slices.map(({ queue, records }) => ({
      topic: queue.topic,
      partition: queue.partition,
      records,
    }));
    this.#counts.invoked += slices.reduce((sum, { records }) => sum + records.length, 0);
    try {
      const response = await invoke(mskEvent(mapping.eventSourceArn, cluster.bootstrapServers, partitions));
      const outcome = mapping.reportsFailures ? readResponse(response, parts) : succeedAll(parts);
      if (outcome.reason === undefined) this.#functionError = undefined;
      return outcome;
    } catch (error) {
      return failAll(parts, error instanceof Error ? error.message : String(error));
    }
  }

  #failed(slices: readonly Slice[], reason: string, retryInMilliseconds: number): void {
    const { functionKey, log } = this.#options;
    this.#counts.failedInvocations += 1;
    this.#functionError = reason;
    const where = partsOf(slices).map(
      ({ topic, partition, firstOffset, lastOffset }) => `${topic}-${partition} ${firstOffset}..${lastOffset}`,
    );
    log(`${functionKey} failed on ${where.join(', ')}; again in ${retryInMilliseconds} ms: ${reason}`);
  }

  #clusterFailed(error: unknown): void {
    this.#clusterError = error instanceof Error ? error.message : String(error);
  }
}

/** Where the brokers are away, leaving the group can only fail. */
const leaveMilliseconds = 3000;

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  await Promise.race([work, sleep(milliseconds, undefined, { ref: false })]);
}

/** Room for the event around its records: names of its partitions, ARN, brokers. */
const envelopeBytes = 16 * 1024;
