import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import type { Cluster, Position } from './cluster.ts';
import { fetchedFrom, kafkaRecord } from './fetched.ts';
import type { Mapping } from './mapping.ts';
import type { PartitionQueue } from './partition-queue.ts';

export interface GroupConsumerOptions {
  cluster: Cluster;
  mapping: Mapping;
  queueOf: (partition: number) => PartitionQueue;
  queues: () => Iterable<PartitionQueue>;
  /** Told that records were queued, and of the partition's end offset. */
  queued: (queue: PartitionQueue, records: number, end: number) => void;
  /** Commits where a group without offsets begins, lest LATEST skips records at a restart. */
  begin: (queue: PartitionQueue, offset: number) => void;
  /** Told that the group's coordinator has answered. */
  connected: () => void;
  failed: (error: unknown) => void;
}

/**
 * Idle: how long a fetch waits at the broker, and the longest that a partition stays unread after a pause. A record
 * ends a fetch's wait at once, unless the batching window leaves time for more of them.
 */
const fetchWaitMilliseconds = 500;
/** A batch that waits a second to be full gains nothing from fetches that bring a few records each, a hundred a second. */
const patientWindowMilliseconds = 1000;
const patientFetchBytes = 64 * 1024;
/** How long a fetch waits for room in a full queue before it goes on without that partition. */
const roomWaitMilliseconds = 50;
/** Partitions of one fetch that are queued side by side, so that a full queue holds up no other. */
const concurrentPartitions = 16;
const restartMilliseconds = 1000;
/** How old what is known of the topic may be: partitions that are added are read that much later. */
const metadataMilliseconds = 10_000;

/** A member of the mapping's consumer group that fills the queues of its partitions, and lives through failures. */
export class GroupConsumer {
  readonly #options: GroupConsumerOptions;
  readonly #stop = new AbortController();
  readonly #left = Promise.withResolvers<void>();
  readonly #held = new Set<number>();
  /** Partitions that were sought: kafkajs keeps a seek that wasn't fetched yet over the loss of its partition. */
  readonly #sought = new Set<number>();
  #consumer: Consumer | undefined;
  #memberId: string | undefined;
  /** Commits that Kafka has stored. */
  #commits = 0;
  #running: Promise<void> | undefined;

  constructor(options: GroupConsumerOptions) {
    this.#options = options;
  }

  /** Partitions that are not fetched now: their queues are full, or their starting position isn't known yet. */
  get held(): number {
    return this.#held.size;
  }

  start(): void {
    this.#running = this.#keepConsuming();
  }

  /** Fetches no more; the group is not yet left. */
  pause(): void {
    this.#stop.abort();
    if (this.#consumer) this.#setPaused(this.#consumer, true);
  }

  /** Leaves the group. */
  async leave(): Promise<void> {
    this.#stop.abort();
    this.#left.resolve();
    await this.#running;
  }

  /** @throws Error where Kafka hasn't stored the offsets */
  async commit(offsets: { topic: string; partition: number; offset: string }[]): Promise<void> {
    if (!this.#consumer) throw new Error('the group was left before its offsets were committed');
    const before = this.#commits;
    await this.#consumer.commitOffsets(offsets);
    // A consumer that has given up commits nothing, and doesn't say so.
    if (this.#commits === before) throw new Error('the consumer ended before its offsets were committed');
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

  /** Resolves when the group is left, rejects when kafkajs gives up. */
  async #consume(): Promise<void> {
    const { cluster, mapping, connected, failed } = this.#options;
    await cluster.expectTopic(mapping.topic);
    const kafka = cluster.consumerClient(`serverless-offline-msk ${mapping.logicalId}`, failed);
    const consumer = kafka.consumer({
      groupId: mapping.group,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: fetchWaitMilliseconds,
      minBytes: mapping.windowMilliseconds >= patientWindowMilliseconds ? patientFetchBytes : 1,
      // Short enough that a restart after a kill doesn't wait long for the dead member to be expelled.
      sessionTimeout: 10_000,
      heartbeatInterval: 2000,
      rebalanceTimeout: 20_000,
      metadataMaxAge: metadataMilliseconds,
      // This class makes a new consumer itself, also after the errors that kafkajs holds to be final.
      retry: { restartOnFailure: async () => false },
    });
    const crashed = Promise.withResolvers<never>();
    crashed.promise.catch(() => {});
    consumer.on(consumer.events.CRASH, ({ payload }) => crashed.reject(payload.error));
    consumer.on(consumer.events.HEARTBEAT, connected);
    consumer.on(consumer.events.COMMIT_OFFSETS, () => (this.#commits += 1));
    consumer.on(consumer.events.GROUP_JOIN, (event) => this.#join(consumer, event));
    try {
      await consumer.connect();
      // From the beginning: a starting position after it is sought, and what turns up later must not be skipped.
      await consumer.subscribe({ topic: mapping.topic, fromBeginning: true });
      this.#consumer = consumer;
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: concurrentPartitions,
        eachBatch: (payload) => this.#queue(payload),
      });
      await Promise.race([crashed.promise, this.#left.promise]);
    } finally {
      this.#consumer = undefined;
      this.#held.clear();
      this.#sought.clear();
      for (const queue of this.#options.queues()) queue.revoke();
      await consumer.disconnect().catch(failed);
    }
  }

  /** Called by kafkajs before its first fetch in a new assignment. */
  #join(consumer: Consumer, { payload }: ConsumerGroupJoinEvent): void {
    const { mapping, queues, queueOf, connected } = this.#options;
    const assigned = new Set(payload.memberAssignment[mapping.topic] ?? []);
    // A new member id: the group went on without this member meanwhile.
    const continuous = payload.memberId === this.#memberId;
    this.#memberId = payload.memberId;
    for (const queue of queues()) {
      if (continuous && assigned.has(queue.partition)) continue;
      queue.revoke();
      // kafkajs keeps a pause over a new assignment.
      if (this.#held.has(queue.partition)) this.#release(consumer, queue.partition);
    }
    const gained = [...assigned].map(queueOf).filter((queue) => !queue.assigned);
    const unsure = gained.filter(
      ({ partition }) => mapping.startingPosition.at !== 'TRIM_HORIZON' || this.#sought.has(partition),
    );
    for (const partition of assigned) {
      const { next } = queueOf(partition);
      if (next !== undefined) this.#seek(consumer, partition, next);
    }
    for (const queue of gained) queue.assigned = true;
    if (unsure.length > 0) this.#seekStart(consumer, unsure).catch(this.#options.failed);
    connected();
  }

  /** Holds the partitions until it is known whether the group has offsets for them. */
  async #seekStart(consumer: Consumer, queues: readonly PartitionQueue[]): Promise<void> {
    const { cluster, mapping, begin, failed } = this.#options;
    const ownerships = queues.map((queue) => queue.ownership);
    const waiting = () => queues.filter((queue, index) => queue.ownership === ownerships[index]);
    for (const { partition } of queues) this.#hold(consumer, partition);
    let positions: Map<number, Position> | undefined;
    while (!positions && waiting().length > 0 && !this.#stop.signal.aborted) {
      try {
        positions = await cluster.positions(mapping);
      } catch (error) {
        failed(error);
        await sleep(restartMilliseconds);
      }
    }
    // A group that has begun commits each partition: one that has no offset was added later. LATEST must not skip its
    // first records, though they came while no poller ran.
    const begun = [...(positions?.values() ?? [])].some(({ committed }) => committed);
    for (const queue of waiting()) {
      const position = positions?.get(queue.partition);
      if (position) {
        const isAdded = begun && !position.committed && mapping.startingPosition.at !== 'TRIM_HORIZON';
        const offset = isAdded ? 0 : position.offset;
        this.#seek(consumer, queue.partition, offset);
        queue.next = offset;
        if (!position.committed) begin(queue, offset);
      }
      this.#release(consumer, queue.partition);
    }
  }

  #seek(consumer: Consumer, partition: number, offset: number): void {
    this.#sought.add(partition);
    consumer.seek({ topic: this.#options.mapping.topic, partition, offset: String(offset) });
  }

  async #queue(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const queue = this.#options.queueOf(batch.partition);
    const consumer = this.#consumer;
    // Stale: it was fetched before a seek, and what is sought is fetched next.
    if (!queue.assigned || !consumer || payload.isStale() || this.#stop.signal.aborted) return;
    if (queue.misses(fetchedFrom(batch))) {
      this.#seek(consumer, queue.partition, queue.next as number);
      return;
    }
    queue.add(batch.messages.map(kafkaRecord), performance.now());
    payload.resolveOffset(batch.lastOffset());
    this.#options.queued(queue, batch.messages.length, Number(batch.highWatermark));
    if (!queue.full) return;
    await Promise.race([queue.drained(), sleep(roomWaitMilliseconds)]);
    // Of a consumer that is paused as a whole, kafkajs would fetch the other partitions again.
    if (!queue.full || consumer !== this.#consumer || this.#stop.signal.aborted) return;
    const { ownership } = queue;
    this.#hold(consumer, queue.partition);
    void queue.drained().then(() => {
      if (queue.ownership === ownership) this.#release(consumer, queue.partition);
    });
  }

  #hold(consumer: Consumer, partition: number): void {
    this.#held.add(partition);
    this.#setPaused(consumer, true, [partition]);
  }

  #release(consumer: Consumer, partition: number): void {
    this.#held.delete(partition);
    if (this.#stop.signal.aborted || consumer !== this.#consumer) return;
    this.#setPaused(consumer, false, [partition]);
  }

  #setPaused(consumer: Consumer, paused: boolean, partitions?: number[]): void {
    const { topic } = this.#options.mapping;
    try {
      consumer[paused ? 'pause' : 'resume']([{ topic, ...(partitions && { partitions }) }]);
    } catch (error) {
      // kafkajs has just given this consumer up; the next one begins without pauses.
      this.#options.failed(error);
    }
  }
}
