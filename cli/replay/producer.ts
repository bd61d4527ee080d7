import { setTimeout as sleep } from 'node:timers/promises';
import type { Base, CreateRecordsBatchOptions, MessageRecord, produceV9 } from '@platformatic/kafka';
import type { ReplayedRecord } from '#functions/ops/replay/target.ts';
import type { Cluster } from '#msk';

type Response = produceV9.ProduceResponse;
type Sequences = CreateRecordsBatchOptions['sequences'];
/** By it, brokers know requests that come twice. */
type Identity = Pick<CreateRecordsBatchOptions, 'producerId' | 'producerEpoch'>;

const ALL_REPLICAS = -1;
const REQUEST_TIMEOUT_MS = 10_000;
/** A failed request is sent again for this time: a broker may restart, or a partition get another leader. */
const RETRY_MS = 60_000;
const PAUSE_MS = 250;
/** The protocol's error codes that another try doesn't change, with what to say. */
const PERMANENT: Readonly<Record<number, string>> = {
  10: 'a record is larger than its max.message.bytes',
  18: 'a record is larger than its segment.bytes',
  32: 'it refuses the timestamp of a record',
  45: 'a request of this replay was lost; run the command again',
  46: 'a request of this replay came twice; run the command again',
  87: 'it refuses a record as invalid',
};
const SEQUENCES = 2 ** 31;

/**
 * A producer with Kafka's idempotence: a request that is sent again after a failure is stored once, and in order. A
 * partition has one request at a time.
 */
export class ReplayProducer {
  readonly #client: Base;
  readonly #topic: string;
  readonly #sequences = new Map<number, number>();
  readonly #api: typeof produceV9.api;
  readonly #producer: Identity;

  private constructor(client: Base, topic: string, api: typeof produceV9.api, producer: Identity) {
    this.#client = client;
    this.#topic = topic;
    this.#api = api;
    this.#producer = producer;
  }

  static async start(cluster: Cluster, topic: string): Promise<ReplayProducer> {
    // Loaded here, because it takes half a second.
    const { Base, Producer, produceV9: v9 } = await import('@platformatic/kafka');
    await import('./long-deltas.ts');
    const options = cluster.options('replay');
    const starter = new Producer({ ...options, idempotent: true, retries: 2 });
    try {
      const { producerId, producerEpoch } = await starter.initIdempotentProducer({});
      const client = new Base({ ...options, retries: 0, requestTimeout: REQUEST_TIMEOUT_MS });
      return new ReplayProducer(client, topic, v9.api, { producerId, producerEpoch });
    } finally {
      await starter.close();
    }
  }

  /** @throws Error; some records may be stored nevertheless */
  async append(records: readonly ReplayedRecord[]): Promise<Map<number, number>> {
    const bases = new Map<number, number>();
    let left = Map.groupBy(records, ({ partition }) => partition);
    for (const until = Date.now() + RETRY_MS; ; await sleep(PAUSE_MS)) {
      const problem = await this.#sendOnce(left, bases);
      if (problem === undefined) break;
      if (Date.now() > until)
        throw new Error(`${this.#topic} can't be written: ${problem.message}`, { cause: problem });
      left = new Map([...left].filter(([partition]) => !bases.has(partition)));
    }
    return bases;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** Sends a request to each leader. @returns the first failure; the partitions that succeeded are in `bases` */
  async #sendOnce(left: ReadonlyMap<number, ReplayedRecord[]>, bases: Map<number, number>) {
    try {
      const metadata = await this.#client.metadata({ topics: [this.#topic], forceUpdate: this.#stale });
      this.#stale = false;
      const leaderOf = (partition: number) =>
        metadata.brokers.get(metadata.topics.get(this.#topic)?.partitions[partition]?.leader ?? -1);
      const byLeader = Map.groupBy(left, ([partition]) => leaderOf(partition));
      const requests = [...byLeader].map(async ([leader, parts]) => {
        if (leader === undefined) throw new Error('a partition has no leader');
        const connection = await this.#client.connections.get(leader);
        const messages = parts.flatMap(([, records]) => records.map((record) => this.#message(record)));
        const response = await this.#request(connection, messages);
        this.#take(response, new Map(parts), bases);
      });
      const failed = (await Promise.allSettled(requests)).find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      return undefined;
    } catch (error) {
      if (error instanceof Refused) throw error;
      this.#stale = true;
      return error as Error;
    }
  }

  #stale = false;

  async #request(connection: Awaited<ReturnType<Base['connections']['get']>>, messages: MessageRecord[]) {
    const sequences = { getWithDefault: (name: string) => this.#sequences.get(Number(name.split(':').at(-1))) ?? 0 };
    const options = { ...this.#producer, sequences: sequences as unknown as Sequences };
    try {
      return (await this.#api.async(connection, ALL_REPLICAS, REQUEST_TIMEOUT_MS, messages, options)) as Response;
    } catch (error) {
      const { response } = error as { response?: Response };
      if (response === undefined) throw error;
      return response;
    }
  }

  #take({ responses }: Response, sent: ReadonlyMap<number, ReplayedRecord[]>, bases: Map<number, number>): void {
    let code = 0;
    for (const { index, errorCode, baseOffset } of responses.flatMap(({ partitionResponses }) => partitionResponses)) {
      if (errorCode === 0) {
        const count = sent.get(index)?.length ?? 0;
        this.#sequences.set(index, ((this.#sequences.get(index) ?? 0) + count) % SEQUENCES);
        bases.set(index, Number(baseOffset));
      } else code = errorCode;
    }
    const why = PERMANENT[code];
    if (why !== undefined) throw new Refused(`${this.#topic} can't be written: ${why}`);
    if (code !== 0) throw new Error(`a broker answered with Kafka's error ${code}`);
  }

  #message({ partition, timestamp, key, value, headers }: ReplayedRecord): MessageRecord {
    return {
      topic: this.#topic,
      partition,
      timestamp: BigInt(timestamp),
      // The client's types know neither a null key, nor a tombstone, nor a header without a value, but it writes them.
      key: key as Buffer,
      value: value as Buffer,
      headers: new Map(headers.map(({ name, value: own }) => [Buffer.from(name), own as Buffer])),
    };
  }
}

class Refused extends Error {
  override readonly name = 'Refused';
}
