import { setTimeout as sleep } from 'node:timers/promises';
import type { Base, BaseOptions, Broker, fetchV12 } from '@platformatic/kafka';
import { type FetchWait, fetchFrom, isConnectionError } from './fetch.ts';
import { committedRecords, type Fetched } from './fetched.ts';
import { kafkaClient } from './kafka-client.ts';

export interface TopicReaderOptions {
  topic: string;
  client: BaseOptions;
  /** The offset to fetch next from a partition. Undefined if nothing is to be fetched from it now. */
  position: (partition: number) => number | undefined;
  /** Takes the result of a fetch. Records from the offset `end` on can't be read yet. */
  took: (partition: number, fetched: Fetched, end: number) => void;
  /** Called when the partition's log doesn't hold the offset to fetch (not yet, or no longer). */
  outOfRange: (partition: number) => void;
  /** Called when the client can't decode what the partition stores at that offset. */
  unreadable: (partition: number, offset: number, error: Error) => void;
  /** Called with each error that leads to a retry. */
  failed: (error: unknown) => void;
  /** Called with the topic's number of partitions. */
  partitions?: (count: number) => void;
  /** How long the next fetch may wait at the broker. */
  patience: () => FetchWait;
}

/** Kafka's error code OFFSET_OUT_OF_RANGE. */
const outOfRange = 1;
/** Maximum age of the topic's metadata. New partitions are read after this time at the latest. */
const metadataMilliseconds = 10_000;
const retryMilliseconds = 250;
/** Pause before the next attempt at an unreadable partition. Long, because only another client version can read it. */
const unreadableMilliseconds = 5000;
/** Longest sleep of a loop that has no partition to fetch. */
const idleMilliseconds = 1000;

/**
 * Fetches a topic's committed records. It reads from all brokers that lead partitions of the topic at the same time.
 * The caller gives the position of each partition, so it can pause a partition or move it to another offset at any
 * time. The reader then ignores a fetch from the old offset.
 */
export class TopicReader {
  readonly #options: TopicReaderOptions;
  readonly #stop = new AbortController();
  readonly #loops = new Map<number, Promise<void>>();
  #leaders = new Map<number, number>();
  #brokers = new Map<number, Broker>();
  #woken = Promise.withResolvers<void>();
  /** Partitions that may be unreadable, and when to try each one alone. */
  readonly #doubtful = new Map<number, number>();
  #client: Base | undefined;
  #running: Promise<void> | undefined;

  constructor(options: TopicReaderOptions) {
    this.#options = options;
  }

  /** Whether a partition can't be read. */
  get isStuck(): boolean {
    return this.#doubtful.size > 0;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Call this when a partition's position has changed. */
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

  /** Asks for the partitions' leaders, and starts to read from each new one. */
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

  /** The positions to fetch from a broker. A doubtful partition is fetched alone, so that it doesn't block others. */
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
    const { topic, patience } = this.#options;
    const broker = this.#brokers.get(node);
    if (!broker) throw new Error(`broker ${node}, a leader of ${topic}, is not available`);
    const connection = await client.connections.get(broker);
    const wait = this.isStuck ? { milliseconds: 0, bytes: 1 } : patience();
    try {
      return await fetchFrom(connection, topic, positions, wait);
    } catch (error) {
      if (isConnectionError(error as Error)) throw error;
      this.#doubt(positions, error as Error);
      return { throttleTimeMs: 0, errorCode: 0, sessionId: 0, responses: [] };
    }
  }

  /** The client can't decode the response. If it covers several partitions, the faulty one isn't known yet. */
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
      // The partition was moved to another offset or revoked during the fetch.
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
      throw new Error(`fetch of ${this.#options.topic} failed with Kafka's error code ${[...codes].join(', ')}`);
  }

  #failed(error: unknown): void {
    if (!this.#stop.signal.aborted) this.#options.failed(error);
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}
