import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerGroupJoinPayload } from '@platformatic/kafka';
import type { Mapping } from '../template/mapping.ts';
import type { Cluster } from './cluster.ts';
import type { Fetched } from './fetched.ts';
import { kafkaClient } from './kafka-client.ts';
import { commitOffsets } from './offset-commit.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { patience } from './patience.ts';
import { StartingOffsets } from './starting-offsets.ts';
import { TopicReader } from './topic-reader.ts';

export interface GroupConsumerOptions {
  cluster: Cluster;
  mapping: Mapping;
  queueOf: (partition: number) => PartitionQueue;
  queues: () => Iterable<PartitionQueue>;
  /** Called when records were queued, with the partition's end offset. */
  queued: (queue: PartitionQueue, records: number, end: number) => void;
  /** Commits the first offset of a group that has none. Otherwise LATEST could skip records at a restart. */
  begin: (queue: PartitionQueue, offset: number) => void;
  /** Called when the group's coordinator has answered. */
  connected: () => void;
  failed: (error: unknown) => void;
  /** Called once for each offset at which a partition can't be read. */
  unreadable: (partition: number, offset: number, error: Error) => void;
}

const restartMilliseconds = 1000;
/** If the coordinator is not available, leaving the group can only fail. */
const leaveMilliseconds = 3000;

/**
 * A member of the mapping's consumer group. It fills the queues of its partitions, and starts again after a failure.
 */
export class GroupConsumer {
  readonly #options: GroupConsumerOptions;
  readonly #stop = new AbortController();
  readonly #left = Promise.withResolvers<void>();
  readonly #startingOffsets: StartingOffsets;
  /** For each unreadable partition, the offset at which it can't be read. */
  readonly #unreadable = new Map<number, number>();
  #consumer: Consumer | undefined;
  #reader: TopicReader | undefined;
  #memberId: string | undefined;
  #running: Promise<void> | undefined;

  constructor(options: GroupConsumerOptions) {
    this.#options = options;
    this.#startingOffsets = new StartingOffsets({ ...options, found: () => this.#reader?.wake() }, this.#stop.signal);
  }

  /** Partitions that are not fetched now: their queue is full, or their starting offset isn't known yet. */
  get held(): number {
    return [...this.#options.queues()].filter((queue) => queue.assigned && this.#position(queue) === undefined).length;
  }

  /** Queueing time of the oldest record that waits for an invocation. */
  get #oldest(): number {
    return Math.min(...[...this.#options.queues()].map(({ since }) => since));
  }

  start(): void {
    this.#running = this.#keepConsuming();
  }

  /** Stops fetching, and stays in the group. */
  pause(): void {
    this.#stop.abort();
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    this.#left.resolve();
    await this.#running;
  }

  /** @throws Error if Kafka hasn't stored the offsets */
  async commit(offsets: { partition: number; offset: number }[]): Promise<void> {
    const { group, topic } = this.#options.mapping;
    await commitOffsets(this.#consumer, group, topic, offsets);
  }

  async #keepConsuming(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#consume();
      } catch (error) {
        this.#options.failed(error);
      }
      await sleep(restartMilliseconds, undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** Resolves when the member has left the group. Rejects when the client gives up. */
  async #consume(): Promise<void> {
    const { cluster, mapping, failed, queues } = this.#options;
    await cluster.expectTopic(mapping.topic);
    const crashed = Promise.withResolvers<never>();
    crashed.promise.catch(() => {});
    const consumer = await this.#member(crashed.reject);
    const reader = this.#readerFor(consumer, crashed.reject);
    try {
      this.#consumer = consumer;
      this.#reader = reader;
      consumer.topics.track(mapping.topic);
      await Promise.race([consumer.joinGroup({}), this.#left.promise]);
      reader.start();
      await Promise.race([crashed.promise, this.#left.promise]);
    } finally {
      this.#consumer = undefined;
      this.#reader = undefined;
      for (const queue of queues()) queue.revoke();
      await reader.stop();
      await Promise.race([consumer.close(true).catch(failed), sleep(leaveMilliseconds, undefined, { ref: false })]);
    }
  }

  async #member(crashed: (error: Error) => void): Promise<Consumer> {
    const { cluster, mapping, connected, failed } = this.#options;
    const { Consumer } = await kafkaClient();
    const consumer = new Consumer({
      ...cluster.options(`serverless-offline-msk ${mapping.logicalId}`),
      groupId: mapping.group,
      // Short, so that a restart after a kill doesn't wait long until the group expels the dead member.
      sessionTimeout: 10_000,
      heartbeatInterval: 3000,
      rebalanceTimeout: 10_000,
      // Longer than the other members may take to join again.
      requestTimeout: 15_000,
      retries: 10,
      // The reader asks for the topic's partitions and leaders more often, see `partitions` below.
      metadataMaxAge: 60_000,
    });
    consumer.on('error', crashed);
    consumer.on('consumer:group:join', (joined) => this.#join(joined));
    consumer.on('consumer:heartbeat:end', () => this.#reader?.isStuck || connected());
    consumer.on('consumer:heartbeat:error', ({ error }) => failed(error));
    return consumer;
  }

  #readerFor(consumer: Consumer, crashed: (error: Error) => void): TopicReader {
    const { cluster, mapping, queueOf, failed } = this.#options;
    let known = 0;
    return new TopicReader({
      topic: mapping.topic,
      client: cluster.options(`serverless-offline-msk ${mapping.logicalId}`),
      position: (partition) => this.#position(queueOf(partition)),
      took: (partition, fetched, end) => this.#queue(queueOf(partition), fetched, end),
      outOfRange: (partition) => void this.#startingOffsets.restart(queueOf(partition)).catch(failed),
      unreadable: (partition, offset, error) => this.#reportUnreadable(partition, offset, error),
      failed,
      partitions: (count) => {
        if (known > 0 && count > known) {
          // The group's leader assigns the partitions that it knows, and only when a member joins.
          consumer.clearMetadata();
          consumer.joinGroup({}).catch(crashed);
        }
        known = Math.max(known, count);
      },
      patience: () => patience(mapping, { held: this.held > 0, since: this.#oldest }, performance.now()),
    });
  }

  #position(queue: PartitionQueue): number | undefined {
    const isUnknown = this.#startingOffsets.waits(queue);
    const isHeld = !queue.assigned || queue.full || isUnknown || this.#stop.signal.aborted;
    return isHeld ? undefined : queue.next;
  }

  #join({ memberId, assignments = [] }: ConsumerGroupJoinPayload): void {
    const { mapping, queues, queueOf, failed } = this.#options;
    const assigned = new Set(assignments.find(({ topic }) => topic === mapping.topic)?.partitions);
    // With a new member id, other members may have owned the partitions in between.
    const continuous = memberId === this.#memberId;
    this.#memberId = memberId;
    for (const queue of queues()) if (!continuous || !assigned.has(queue.partition)) queue.revoke();
    const gained = [...assigned].map(queueOf).filter((queue) => !queue.assigned);
    for (const queue of gained) queue.assigned = true;
    if (gained.length > 0) this.#startingOffsets.find(gained).catch(failed);
    this.#options.connected();
  }

  #queue(queue: PartitionQueue, fetched: Fetched, end: number): void {
    this.#unreadable.delete(queue.partition);
    queue.add(fetched, performance.now());
    this.#options.queued(queue, fetched.records.length, end);
    if (queue.full) void queue.drained().then(() => this.#reader?.wake());
  }

  #reportUnreadable(partition: number, offset: number, error: Error): void {
    this.#options.failed(error);
    if (this.#unreadable.get(partition) === offset) return;
    this.#unreadable.set(partition, offset);
    this.#options.unreadable(partition, offset, error);
  }
}
