import './kafkajs-timers.ts';
import { type Admin, Kafka, logLevel, Partitioners, type Producer, type RetryOptions } from 'kafkajs';
import type { Mapping } from './mapping.ts';

/** Where a group stands in a partition. */
export interface Position {
  /** The offset to read from: the group's committed one, or that of the mapping's starting position. */
  offset: number;
  committed: boolean;
  /** The offset that the next record produced will have. */
  end: number;
}

/** Kafka clients of one cluster, and the one admin client that its mappings share. */
export class Cluster {
  readonly bootstrapServers: string;
  #admin: Promise<Admin> | undefined;
  #producer: Promise<Producer> | undefined;

  constructor(bootstrapServers: string) {
    this.bootstrapServers = bootstrapServers;
  }

  /** @param onError takes what kafkajs would log as an error before it tries again */
  consumerClient(clientId: string, onError: (message: string) => void): Kafka {
    return this.#client(clientId, patientRetry, onError);
  }

  #client(clientId: string, retry: RetryOptions, onError: (message: string) => void): Kafka {
    return new Kafka({
      connectionTimeout: 2000,
      requestTimeout: 10_000,
      retry,
      clientId,
      brokers: this.bootstrapServers.split(','),
      logLevel: logLevel.ERROR,
      logCreator:
        () =>
        ({ log }) =>
          onError([log.message, log['error']].filter(Boolean).join(': ')),
    });
  }

  /**
   * kafkajs fails whatever else a client asks while it asks for a topic that isn't there.
   *
   * @throws Error where the topic doesn't exist, or no broker answers
   */
  async expectTopic(topic: string): Promise<void> {
    const admin = await this.#connected();
    const topics = await admin.listTopics();
    if (!topics.includes(topic)) throw new Error(`topic ${topic} doesn't exist yet`);
  }

  /**
   * Where the mapping's group stands in each partition of its topic. A committed offset goes before the starting
   * position (AWS: "Customizable consumer group ID").
   *
   * @throws Error where the topic doesn't exist, or no broker answers
   */
  async positions({ topic, group, startingPosition }: Mapping): Promise<Map<number, Position>> {
    const admin = await this.#connected();
    await this.expectTopic(topic);
    const [ends, [committed], byTimestamp] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId: group, topics: [topic] }),
      startingPosition.at === 'AT_TIMESTAMP'
        ? admin.fetchTopicOffsetsByTimestamp(topic, startingPosition.timestamp)
        : undefined,
    ]);
    const committedOffsets = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    const offsetsByTimestamp = new Map(byTimestamp?.map(({ partition, offset }) => [partition, Number(offset)]));
    const starts = { TRIM_HORIZON: 'low', LATEST: 'high', AT_TIMESTAMP: 'high' } as const;
    const positions = ends.map((end): [number, Position] => {
      const offset = committedOffsets.get(end.partition) ?? -1;
      const start = offsetsByTimestamp.get(end.partition) ?? Number(end[starts[startingPosition.at]]);
      return [end.partition, { offset: offset < 0 ? start : offset, committed: offset >= 0, end: Number(end.high) }];
    });
    return new Map(positions);
  }

  /** The one producer of this cluster, connected. @throws Error where no broker answers */
  producer(): Promise<Producer> {
    this.#producer ??= (async () => {
      const client = this.#client('serverless-offline-msk', promptRetry, () => {});
      const producer = client.producer({
        allowAutoTopicCreation: false,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      try {
        await producer.connect();
        return producer;
      } catch (error) {
        this.#producer = undefined;
        throw error;
      }
    })();
    return this.#producer;
  }

  async disconnect(): Promise<void> {
    const clients = [this.#admin, this.#producer];
    this.#admin = undefined;
    this.#producer = undefined;
    await Promise.all(clients.map(async (client) => (await client)?.disconnect()));
  }

  #connected(): Promise<Admin> {
    this.#admin ??= (async () => {
      const admin = this.#client('serverless-offline-msk', promptRetry, () => {}).admin();
      try {
        await admin.connect();
        return admin;
      } catch (error) {
        this.#admin = undefined;
        throw error;
      }
    })();
    return this.#admin;
  }
}

// Said in full: kafkajs has other defaults in tests.
const backoff = { initialRetryTime: 100, multiplier: 2, factor: 0.2, maxRetryTime: 1000 };
const promptRetry: RetryOptions = { ...backoff, retries: 2 };
/** Outlasts a broker's restart: a member that kafkajs gives up leaves its group only when its session times out. */
const patientRetry: RetryOptions = { ...backoff, retries: 60 };
