import { setTimeout as sleep } from 'node:timers/promises';
import type { Base, BaseOptions, Broker, fetchV12 } from '@platformatic/kafka';
import { committedRecords, type Fetched } from './fetched.ts';
import { kafkaClient } from './kafka-client.ts';

export interface TopicReaderOptions {
  topic: string;
  client: BaseOptions;
  /** The offset to fetch next from a partition; undefined where nothing is to be fetched from it now. */
  position: (partition: number) => number | undefined;
  /** Takes what a fetch has brought; `end` is the offset from which on nothing can be read yet. */
  took: (partition: number, fetched: Fetched, end: number) => void;
  /** Told of a partition whose log doesn't hold the offset to fetch, no more or not any longer. */
  outOfRange: (partition: number) => void;
  /** Told of a partition that can't be read on from that offset: what is stored there isn't understood. */
  unreadable: (partition: number, offset: number, error: Error) => void;
  /** Told of what is tried again. */
  failed: (error: unknown) => void;
  /** How many partitions the topic has. */
  partitions?: (count: number) => void;
  /** How long a fetch may wait at the broker, and for how many bytes. */
  patience: () => { milliseconds: number; bytes: number };
}

const readCommitted = 1;
const [noSession, sessionless] = [0, -1];
/** A larger batch is given whole all the same. */
const [partitionBytes, fetchBytes] = [2 ** 20, 10 * 2 ** 20];
const outOfRange = 1;
/** How old what is known of the topic may be: partitions that are added are read that much later. */
const metadataMilliseconds = 10_000;
const retryMilliseconds = 250;
/** Until what can't be read is tried again: another version of a client won't come by itself. */
const unreadableMilliseconds = 5000;
/** How long a loop without a partition to fetch sleeps, at most. */
const idleMilliseconds = 1000;

/**
 * Fetches a topic's committed records, side by side from each broker that leads partitions of it. Who uses it says where
 * to go on, so that a partition can be left out, or be set to another offset, at any time: what a fetch then brings from
 * another offset is passed over.
 */
export class TopicReader {
  readonly #options: TopicReaderOptions;
  readonly #stop = new AbortController();
  readonly #loops = new Map<number, Promise<void>>();
  #leaders = new Map<number, number>();
  #brokers = new Map<number, Broker>();
  #woken = Promise.withResolvers<void>();
  /** Partitions that couldn't be read, and when each is tried again, alone. */
  readonly #doubtful = new Map<number, number>();
  #client: Base | undefined;
  #running: Promise<void> | undefined;

  constructor(options: TopicReaderOptions) {
    this.#options = options;
  }

  /** Whether a partition can't be read on. */
  get isStuck(): boolean {
    return this.#doubtful.size > 0;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** To be called when a partition's position has changed. */
  wake(): void {
    this.#woken.resolve();
    this.#woken = Promise.withResolvers();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#client?.close().catch(() => {});
    await this.#running;
    await Promise.all(this.#loops.values());
  }

  async #run(): Promise<void> {
    const { Base } = await kafkaClient();
    if (this.#stop.signal.aborted) return;
    const client = new Base(this.#options.client);
    this.#client = client;
    while (!this.#stop.signal.aborted) {
      const isKnown = await this.#refresh(client);
      await this.#pause(isKnown ? metadataMilliseconds : retryMilliseconds);
    }
  }

  /** Asks who leads the partitions, and reads from each that does. */
  async #refresh(client: Base): Promise<boolean> {
    try {
      const { topic, partitions } = this.#options;
      const { brokers, topics } = await client.metadata({ topics: [topic], forceUpdate: true });
      const found = topics.get(topic)?.partitions ?? [];
      this.#brokers = brokers;
      this.#leaders = new Map(found.map(({ leader }, partition) => [partition, leader]));
      for (const node of new Set(this.#leaders.values()))
        if (!this.#loops.has(node)) this.#loops.set(node, this.#readFrom(client, node));
      this.wake();
      partitions?.(found.length);
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  async #readFrom(client: Base, node: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const positions = this.#wanted(node);
      if (positions.size === 0) {
        await Promise.race([this.#woken.promise, this.#pause(idleMilliseconds)]);
        continue;
      }
      try {
        this.#take(await this.#fetch(client, node, positions), positions);
      } catch (error) {
        this.#failed(error);
        await this.#pause(retryMilliseconds);
        await this.#refresh(client);
      }
    }
  }

  /** What to fetch from a broker: one that couldn't be read alone, so that it holds up no other. */
  #wanted(node: number): Map<number, number> {
    const wanted = new Map<number, number>();
    const now = performance.now();
    for (const [partition, leader] of this.#leaders) {
      const offset = leader === node ? this.#options.position(partition) : undefined;
      if (offset === undefined) continue;
      const again = this.#doubtful.get(partition);
      if (again === undefined) wanted.set(partition, offset);
      else if (again <= now) return new Map([[partition, offset]]);
    }
    return wanted;
  }

  async #fetch(client: Base, node: number, positions: ReadonlyMap<number, number>): Promise<fetchV12.FetchResponse> {
    const { fetchV12, ResponseError } = await kafkaClient();
    const { topic, patience } = this.#options;
    const broker = this.#brokers.get(node);
    if (!broker) throw new Error(`broker ${node} of ${topic} is away`);
    const connection = await client.connections.get(broker);
    const isAlone = this.#doubtful.size > 0;
    const { milliseconds, bytes } = isAlone ? { milliseconds: 0, bytes: 1 } : patience();
    const partitions = [...positions].map(([partition, offset]) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(offset),
      lastFetchedEpoch: -1,
      partitionMaxBytes: partitionBytes,
    }));
    const topics = [{ topicId: topic, partitions }];
    try {
      return await fetchV12.api.async(
        connection,
        milliseconds,
        bytes,
        fetchBytes,
        readCommitted,
        noSession,
        sessionless,
        topics,
        [],
        '',
      );
    } catch (error) {
      if (error instanceof ResponseError && error['response']) return error['response'] as fetchV12.FetchResponse;
      if (isOfConnection(error as Error)) throw error;
      this.#doubt(positions, error as Error);
      return { throttleTimeMs: 0, errorCode: 0, sessionId: 0, responses: [] };
    }
  }

  /** What came can't be understood. Of several partitions it isn't known yet whose it was. */
  #doubt(positions: ReadonlyMap<number, number>, error: Error): void {
    const isOne = positions.size === 1;
    for (const [partition, offset] of positions) {
      this.#doubtful.set(partition, isOne ? performance.now() + unreadableMilliseconds : 0);
      if (isOne && !this.#stop.signal.aborted) this.#options.unreadable(partition, offset, error);
    }
  }

  #take({ errorCode, responses }: fetchV12.FetchResponse, positions: ReadonlyMap<number, number>): void {
    const codes = new Set(errorCode === 0 ? [] : [errorCode]);
    for (const partition of responses.flatMap(({ partitions }) => partitions)) {
      const from = positions.get(partition.partitionIndex);
      // Sought or taken away meanwhile.
      if (from === undefined || this.#options.position(partition.partitionIndex) !== from) continue;
      this.#doubtful.delete(partition.partitionIndex);
      if (partition.errorCode === 0) {
        const fetched = committedRecords(partition, from);
        if (fetched.next > from)
          this.#options.took(partition.partitionIndex, fetched, Number(partition.lastStableOffset));
      } else if (partition.errorCode === outOfRange) this.#options.outOfRange(partition.partitionIndex);
      else codes.add(partition.errorCode);
    }
    if (codes.size > 0)
      throw new Error(`${this.#options.topic} can't be fetched: Kafka's error ${[...codes].join(', ')}`);
  }

  #failed(error: unknown): void {
    if (!this.#stop.signal.aborted) this.#options.failed(error);
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}

/** Whether it is the connection that failed, and not what came over it that can't be understood. */
function isOfConnection(error: Error & { code?: unknown }): boolean {
  return typeof error.code === 'string' && /^(PLT_KFK_(NETWORK|RESPONSE|MULTIPLE|USER)|E[A-Z]+)$/.test(error.code);
}
