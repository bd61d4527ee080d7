import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerGroupJoinPayload, offsetCommitV8 } from '@platformatic/kafka';
import type { Mapping } from '../template/mapping.ts';
import type { Cluster } from './cluster.ts';
import type { Fetched } from './fetched.ts';
import { kafkaClient } from './kafka-client.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { TopicReader } from './topic-reader.ts';

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
  /** Told once of an offset from which a partition can't be read on. */
  unreadable: (partition: number, offset: number, error: Error) => void;
}

/** Idle: how long a fetch waits at the broker. A record ends the wait, unless the batching window leaves time for more. */
const fetchWaitMilliseconds = 500;
/** While a queue is full its partition isn't fetched: it mustn't wait long for the others' fetch to end. */
const heldWaitMilliseconds = 50;
/** A batch that waits a second to be full gains nothing from fetches that bring a few records each, a hundred a second. */
const patientWindowMilliseconds = 1000;
const patientFetchBytes = 64 * 1024;
const restartMilliseconds = 1000;
/** Leaving a group whose coordinator is away can only fail. */
const leaveMilliseconds = 3000;

/** A member of the mapping's consumer group that fills the queues of its partitions, and lives through failures. */
export class GroupConsumer {
  readonly #options: GroupConsumerOptions;
  readonly #stop = new AbortController();
  readonly #left = Promise.withResolvers<void>();
  /** Partitions whose starting position isn't known yet. */
  readonly #unsure = new Set<number>();
  /** Where each partition can't be read on. */
  readonly #unreadable = new Map<number, number>();
  #consumer: Consumer | undefined;
  #reader: TopicReader | undefined;
  #memberId: string | undefined;
  #running: Promise<void> | undefined;

  constructor(options: GroupConsumerOptions) {
    this.#options = options;
  }

  /** Partitions that are not fetched now: their queues are full, or their starting position isn't known yet. */
  get held(): number {
    return [...this.#options.queues()].filter((queue) => queue.assigned && this.#position(queue) === undefined).length;
  }

  start(): void {
    this.#running = this.#keepConsuming();
  }

  /** Fetches no more; the group is not yet left. */
  pause(): void {
    this.#stop.abort();
  }

  /** Leaves the group. */
  async leave(): Promise<void> {
    this.#stop.abort();
    this.#left.resolve();
    await this.#running;
  }

  /**
   * As the member that this is now, and never again as another: meanwhile the partitions may be someone else's.
   *
   * @throws Error where Kafka hasn't stored the offsets
   */
  async commit(offsets: { partition: number; offset: number }[]): Promise<void> {
    const consumer = this.#consumer;
    if (!consumer?.memberId) throw new Error('the group was left before its offsets were committed');
    const { offsetCommitV8 } = await kafkaClient();
    const coordinator = await consumer.findGroupCoordinator();
    const connection = (await consumer.connectToBrokers([coordinator])).get(coordinator);
    if (!connection) throw new Error("the group's coordinator is away");
    const partitions = offsets.map(({ partition, offset }) => ({
      partitionIndex: partition,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: -1,
      committedMetadata: null,
    }));
    const topics: offsetCommitV8.OffsetCommitRequestTopic[] = [{ name: this.#options.mapping.topic, partitions }];
    const { generationId, memberId } = consumer;
    await offsetCommitV8.api.async(connection, this.#options.mapping.group, generationId, memberId, null, topics);
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

  /** Resolves when the group is left, rejects when the client gives up. */
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
      // Short enough that a restart after a kill doesn't wait long for the dead member to be expelled.
      sessionTimeout: 10_000,
      heartbeatInterval: 2000,
      rebalanceTimeout: 10_000,
      // Longer than the others of the group may take to join again.
      requestTimeout: 15_000,
      retries: 10,
    });
    consumer.on('error', crashed);
    consumer.on('consumer:group:join', (joined) => this.#join(joined));
    consumer.on('consumer:heartbeat:end', () => this.#reader?.isStuck || connected());
    consumer.on('consumer:heartbeat:error', ({ error }) => failed(error));
    return consumer;
  }

  #readerFor(consumer: Consumer, crashed: (error: Error) => void): TopicReader {
    const { cluster, mapping, queueOf, failed } = this.#options;
    const bytes = mapping.windowMilliseconds >= patientWindowMilliseconds ? patientFetchBytes : 1;
    let known = 0;
    return new TopicReader({
      topic: mapping.topic,
      client: cluster.options(`serverless-offline-msk ${mapping.logicalId}`),
      position: (partition) => this.#position(queueOf(partition)),
      took: (partition, fetched, end) => this.#queue(queueOf(partition), fetched, end),
      outOfRange: (partition) => void this.#restart(queueOf(partition)).catch(failed),
      unreadable: (partition, offset, error) => this.#reportUnreadable(partition, offset, error),
      failed,
      partitions: (count) => {
        // The group's leader gives out what it knows of when someone joins.
        if (known > 0 && count > known) consumer.joinGroup({}).catch(crashed);
        known = Math.max(known, count);
      },
      patience: () => ({ milliseconds: this.held > 0 ? heldWaitMilliseconds : fetchWaitMilliseconds, bytes }),
    });
  }

  #position(queue: PartitionQueue): number | undefined {
    const isHeld = !queue.assigned || queue.full || this.#unsure.has(queue.partition) || this.#stop.signal.aborted;
    return isHeld ? undefined : queue.next;
  }

  #join({ memberId, assignments = [] }: ConsumerGroupJoinPayload): void {
    const { mapping, queues, queueOf, failed } = this.#options;
    const assigned = new Set(assignments.find(({ topic }) => topic === mapping.topic)?.partitions);
    // A new member id: the group went on without this member meanwhile.
    const continuous = memberId === this.#memberId;
    this.#memberId = memberId;
    for (const queue of queues()) if (!continuous || !assigned.has(queue.partition)) queue.revoke();
    const gained = [...assigned].map(queueOf).filter((queue) => !queue.assigned);
    for (const queue of gained) {
      queue.assigned = true;
      this.#unsure.add(queue.partition);
    }
    if (gained.length > 0) this.#seekStart(gained).catch(failed);
    this.#options.connected();
  }

  /** Asks whether the group has offsets for partitions that it has gained, and begins there. */
  async #seekStart(queues: readonly PartitionQueue[]): Promise<void> {
    const { cluster, mapping, begin } = this.#options;
    const ownerships = queues.map((queue) => queue.ownership);
    const waiting = () => queues.filter((queue, index) => queue.ownership === ownerships[index]);
    const positions = await this.#insisting(() => cluster.positions(mapping), waiting);
    // A group that has begun commits each partition: one that has no offset was added later. LATEST must not skip its
    // first records, though they came while no poller ran.
    const begun = [...(positions?.values() ?? [])].some(({ committed }) => committed);
    for (const queue of waiting()) {
      const position = positions?.get(queue.partition);
      if (!position) continue;
      const isAdded = begun && !position.committed && mapping.startingPosition.at !== 'TRIM_HORIZON';
      queue.next = isAdded ? 0 : position.offset;
      if (!position.committed && mapping.startingPosition.at !== 'TRIM_HORIZON') begin(queue, queue.next);
      this.#unsure.delete(queue.partition);
    }
    this.#reader?.wake();
  }

  /** Goes on at the first record that there is: older ones are gone, or the topic was made anew. */
  async #restart(queue: PartitionQueue): Promise<void> {
    const { cluster, mapping } = this.#options;
    const { ownership } = queue;
    if (this.#unsure.has(queue.partition)) return;
    this.#unsure.add(queue.partition);
    const waiting = () => (queue.ownership === ownership ? [queue] : []);
    const firsts = await this.#insisting(() => cluster.offsetsAt(mapping.topic, 'first'), waiting);
    const first = firsts?.get(queue.partition);
    if (first === undefined || waiting().length === 0) return;
    queue.restart(first);
    this.#unsure.delete(queue.partition);
    this.#reader?.wake();
  }

  /** Asks until there is an answer, or nobody waits for one. */
  async #insisting<T>(ask: () => Promise<T>, waiting: () => readonly unknown[]): Promise<T | undefined> {
    while (waiting().length > 0 && !this.#stop.signal.aborted) {
      try {
        return await ask();
      } catch (error) {
        this.#options.failed(error);
        await sleep(restartMilliseconds);
      }
    }
    return undefined;
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
