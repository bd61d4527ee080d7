import { setTimeout as sleep } from 'node:timers/promises';
import type { Base, Broker } from '@platformatic/kafka';
import { Cluster } from '#msk';
import { fetchMany, type Positions, UnreadableError } from './fetch.ts';
import type { PlacedRecord } from './kafka-record.ts';

export interface ConsumerOptions {
  /** `127.0.0.1:9092,…` */
  brokers: string;
  took: (record: PlacedRecord) => void;
  /** How long the next fetch waits at the broker for more records. */
  patienceMs: () => number;
}

const RETRY_MS = 500;
const METADATA_MS = 10_000;

/**
 * Reads many topics with one fetch at a time from each broker. It has no group and commits nothing. While a broker
 * doesn't answer, it tries again.
 */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #cluster: Cluster;
  readonly #stop = new AbortController();
  readonly #positions: Positions = new Map();
  /** by `topic-partition` */
  readonly #leaders = new Map<string, number>();
  readonly #loops = new Map<number, Promise<void>>();
  #brokers = new Map<number, Broker>();
  #refreshedAt = 0;
  #client: Promise<Base> | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#cluster = new Cluster(options.brokers);
  }

  /**
   * Reads a topic from now on, and of what is in it at most the last records of each partition. It tries until a broker
   * answers.
   * @param back how many records of each partition
   */
  async add(topic: string, back: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        const ends = await this.#cluster.offsetsAt(topic, 'end');
        const firsts = await this.#cluster.offsetsAt(topic, 'first');
        const from = [...ends].map(([partition, end]): [number, number] => [
          partition,
          Math.max(firsts.get(partition) ?? end, end - back),
        ]);
        this.#positions.set(topic, new Map(from));
        return await this.#refresh();
      } catch {
        await this.#pause(RETRY_MS);
      }
    }
  }

  remove(topic: string): void {
    this.#positions.delete(topic);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await (await this.#client?.catch(() => undefined))?.close().catch(() => {});
    await this.#cluster.disconnect().catch(() => {});
    await Promise.all(this.#loops.values());
  }

  #connected(): Promise<Base> {
    // Loaded when the first topic is added, because it takes half a second.
    this.#client ??= import('@platformatic/kafka').then(({ Base }) => new Base(this.#cluster.options('dashboard')));
    return this.#client;
  }

  /** Asks for the partitions' leaders, and starts to read from each new one. */
  async #refresh(): Promise<void> {
    const client = await this.#connected();
    const { brokers, topics } = await client.metadata({ topics: [...this.#positions.keys()], forceUpdate: true });
    this.#refreshedAt = Date.now();
    this.#brokers = brokers;
    for (const [topic, { partitions }] of topics)
      for (const [partition, { leader }] of partitions.entries()) this.#leaders.set(`${topic}-${partition}`, leader);
    for (const node of new Set(this.#leaders.values()))
      if (!this.#loops.has(node)) this.#loops.set(node, this.#readFrom(client, node));
  }

  async #readFrom(client: Base, node: number): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const wanted = this.#wanted(node);
      const broker = this.#brokers.get(node);
      if (wanted.size === 0 || broker === undefined) {
        await this.#pause(RETRY_MS);
        continue;
      }
      try {
        await this.#read(client, broker, wanted);
        if (Date.now() > this.#refreshedAt + METADATA_MS) await this.#refresh();
      } catch (error) {
        await this.#pause(RETRY_MS);
        if (error instanceof UnreadableError) await this.#skipUnreadable(client, broker, wanted);
        await this.#refresh().catch(() => {});
      }
    }
  }

  /** Reads each partition alone. One that the client can't decode goes on at its end, so that the others can be read. */
  async #skipUnreadable(client: Base, broker: Broker, wanted: Positions): Promise<void> {
    for (const [topic, offsets] of wanted) {
      for (const [partition, offset] of offsets) {
        const alone: Positions = new Map([[topic, new Map([[partition, offset]])]]);
        await this.#read(client, broker, alone, 0).catch(async (error: unknown) => {
          if (error instanceof UnreadableError) await this.#skipToEnd(topic, partition).catch(() => {});
        });
      }
    }
  }

  async #skipToEnd(topic: string, partition: number): Promise<void> {
    const ends = await this.#cluster.offsetsAt(topic, 'end');
    this.#positions.get(topic)?.set(partition, ends.get(partition) ?? 0);
  }

  #wanted(node: number): Positions {
    const own = [...this.#positions].map(([topic, offsets]): [string, Map<number, number>] => [
      topic,
      new Map([...offsets].filter(([partition]) => this.#leaders.get(`${topic}-${partition}`) === node)),
    ]);
    return new Map(own.filter(([, offsets]) => offsets.size > 0));
  }

  async #read(client: Base, broker: Broker, wanted: Positions, waitMs = this.#options.patienceMs()): Promise<void> {
    for (const fetched of await fetchMany(client, broker, wanted, waitMs)) {
      const { topic, partition, from, next, records, isOutOfRange } = fetched;
      const offsets = this.#positions.get(topic);
      // The topic was removed during the fetch, or added again.
      if (offsets?.get(partition) !== from) continue;
      if (isOutOfRange) await this.#skipToEnd(topic, partition);
      else offsets.set(partition, next);
      for (const record of records) this.#options.took(record);
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => {});
  }
}
