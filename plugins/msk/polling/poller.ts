import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../consumer/cluster.ts';
import { Committer } from '../consumer/committer.ts';
import { GroupConsumer } from '../consumer/group-consumer.ts';
import { PartitionQueue } from '../consumer/partition-queue.ts';
import type { KafkaRecord } from '../consumer/record.ts';
import type { MappingStatus } from '../contract.ts';
import { observe } from '../metrics/distribution.ts';
import type { Mapping } from '../template/mapping.ts';
import { payloadLimit } from './batching.ts';
import { Discards } from './discards.ts';
import { Dispatcher } from './dispatcher.ts';
import { eventBytes, type MskEvent, mskEvent } from './event.ts';
import { Metrics } from './metrics.ts';
import { failAll, type Outcome, readResponse, succeedAll } from './response.ts';
import { coordinates, count, partsOf, type Slice } from './slices.ts';

export interface PollerOptions {
  mapping: Mapping;
  /** The function's key in the service. */
  functionKey: string;
  cluster: Cluster;
  /** Runs the function on an event. A rejection is a failed invocation. */
  invoke: (event: unknown) => Promise<unknown>;
  /** The deployed functions' environment. An on-failure destination reads its endpoint and credentials. */
  environment: Readonly<Record<string, string>>;
  log: (line: string) => void;
  /** Counts that go on; by default, the poller begins with new ones. */
  metrics?: Metrics;
}

/** Runs one event source mapping: consumer group, queues, batches, invocations, commits. */
export class Poller {
  readonly #options: PollerOptions;
  readonly #dispatcher: Dispatcher;
  readonly #committer: Committer;
  readonly #consumer: GroupConsumer;
  readonly #metrics: Metrics;
  #functionError: string | undefined;
  #clusterError: string | undefined;

  constructor(options: PollerOptions) {
    this.#options = options;
    const { mapping, cluster, metrics = new Metrics() } = options;
    this.#metrics = metrics;
    const limits = { batchSize: mapping.batchSize, maxBytes: payloadLimit - envelopeBytes };
    const discards = new Discards({ ...options, metrics });
    this.#dispatcher = new Dispatcher({
      ...limits,
      windowMilliseconds: mapping.windowMilliseconds,
      concurrency: mapping.concurrency,
      invoke: (slices) => this.#invoke(slices),
      done: (queue, next, records) => this.#committer.add(queue, next, records),
      failed: (slices, reason, then) => this.#failed(slices, reason, then),
      policy: mapping.retry,
      discard: (slices, why, delivered) => discards.discard(slices, why, delivered),
    });
    this.#committer = new Committer({
      commit: (offsets) => this.#consumer.commit(offsets),
      committed: ({ partition }, next, records) => metrics.committed(partition, next, records),
      failed: (error) => this.#clusterFailed(error, 'CommitErrorCount'),
    });
    this.#consumer = new GroupConsumer({
      cluster,
      mapping,
      queues: () => this.#dispatcher.queues,
      queueOf: (partition) =>
        this.#dispatcher.queue(
          partition,
          () =>
            new PartitionQueue({
              topic: mapping.topic,
              partition,
              ...limits,
              sizeOf: (record) => eventBytes(mapping.topic, partition, record),
              passes: (record) => this.#passes(record),
            }),
        ),
      queued: (queue, records, end) => {
        metrics.polled(queue.partition, records, end);
        this.#dispatcher.wake();
      },
      begin: (queue, offset) => this.#committer.add(queue, offset, 0),
      connected: () => {
        this.#clusterError = undefined;
      },
      failed: (error) => this.#clusterFailed(error, 'PollingErrorCount'),
      unreadable: (partition, offset, error) =>
        options.log(
          `${options.functionKey} gets no more records of ${mapping.topic}-${partition}: offset ${offset} can't be ` +
            `read, will be retried: ${error.message}`,
        ),
    });
  }

  start(): void {
    this.#consumer.start();
  }

  /** Starts no new batch, waits for those in flight up to the time limit, commits what is done, leaves the group. */
  async stop(boundMilliseconds: number): Promise<void> {
    this.#consumer.pause();
    await within(
      boundMilliseconds,
      this.#dispatcher.stop().then(() => this.#committer.flushed()),
    );
    await within(leaveMilliseconds, this.#consumer.leave());
  }

  get status(): Omit<MappingStatus, 'state'> {
    const { mapping, functionKey } = this.#options;
    const lastError = this.#functionError ?? this.#clusterError;
    return {
      function: functionKey,
      topic: mapping.topic,
      group: mapping.group,
      assigned: this.#assigned,
      inFlight: this.#dispatcher.inFlight,
      metrics: this.#metrics.values,
      partitions: this.#metrics.partitionsWith(
        new Map([...this.#dispatcher.queues].map((queue) => [queue.partition, queue.oldest])),
      ),
      durations: this.#metrics.durations,
      ages: this.#metrics.ages,
      ...(lastError !== undefined && { lastError }),
    };
  }

  /**
   * Asks the cluster for offsets that this poller doesn't know: before it has joined the group, while it doesn't fetch
   * a partition, and of partitions of other members.
   */
  async refreshPositions(): Promise<void> {
    const { known, partitions } = this.#metrics;
    if (known && this.#consumer.held === 0 && this.#assigned === partitions) return;
    const positions = await this.#options.cluster.positions(this.#options.mapping);
    const owned = new Set([...this.#dispatcher.queues].flatMap((queue) => (queue.assigned ? [queue.partition] : [])));
    this.#metrics.positioned(positions, (partition) => owned.has(partition));
  }

  get topic(): string {
    return this.#options.mapping.topic;
  }

  get cluster(): Cluster {
    return this.#options.cluster;
  }

  /** Takes the ends of the topic's partitions, for the lag. */
  reached(ends: ReadonlyMap<number, number>): void {
    this.#metrics.reached(ends);
  }

  get #assigned(): number {
    return [...this.#dispatcher.queues].filter((queue) => queue.assigned).length;
  }

  #passes({ value }: KafkaRecord): boolean {
    const passes = this.#options.mapping.filter?.(value) ?? true;
    if (!passes) this.#metrics.counts.FilteredOutEventCount += 1;
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
    const event = mskEvent(mapping.eventSourceArn, cluster.bootstrapServers, partitions);
    if (isOversized(event, slices)) return { ...failAll(parts, oversizedReason), oversized: true };
    this.#metrics.counts.InvokedEventCount += count(slices);
    const from = performance.now();
    try {
      const response = await invoke(event).finally(() =>
        observe(this.#metrics.durations, (performance.now() - from) / 1000),
      );
      const outcome = mapping.reportsFailures ? readResponse(response, parts) : succeedAll(parts);
      if (outcome.reason === undefined) {
        this.#functionError = undefined;
        const oldest = Math.min(...slices.map(({ records }) => records[0]?.timestamp ?? Number.POSITIVE_INFINITY));
        observe(this.#metrics.ages, Math.max(0, Date.now() - oldest) / 1000);
      }
      return outcome;
    } catch (error) {
      return failAll(parts, error instanceof Error ? error.message : String(error));
    }
  }

  #failed(slices: readonly Slice[], reason: string, then: string): void {
    const { functionKey, log } = this.#options;
    this.#metrics.counts.InvokeErrorCount += 1;
    this.#metrics.counts.FailedInvokeEventCount += count(slices);
    this.#functionError = reason;
    log(`${functionKey} failed on ${coordinates(slices)}, ${then}: ${reason}`);
  }

  #clusterFailed(error: unknown, metric: 'CommitErrorCount' | 'PollingErrorCount'): void {
    this.#metrics.counts[metric] += 1;
    this.#clusterError = error instanceof Error ? error.message : String(error);
  }
}

/** If the brokers are not available, leaving the group can only fail. */
const leaveMilliseconds = 3000;

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  await Promise.race([work, sleep(milliseconds, undefined, { ref: false })]);
}

/** Room for the rest of the event: names of the partitions, ARN, brokers. */
const envelopeBytes = 16 * 1024;

const oversizedReason = 'RequestEntityTooLarge: the payload of this single record exceeds the limit of 6 MB';

/** Only a batch of one record can exceed the limit. */
function isOversized(event: MskEvent, [slice, ...others]: readonly Slice[]): boolean {
  if (others.length > 0 || slice?.records.length !== 1) return false;
  const { queue, records } = slice;
  const bytes = records.reduce((sum, record) => sum + eventBytes(queue.topic, queue.partition, record), 0);
  return bytes > payloadLimit - envelopeBytes && Buffer.byteLength(JSON.stringify(event)) > payloadLimit;
}
