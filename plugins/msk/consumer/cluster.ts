import type { Admin, BaseOptions, Producer } from '@platformatic/kafka';
import type { Mapping } from '../template/mapping.ts';
import { kafkaClient } from './kafka-client.ts';
import { type KafkaLogin, readAddress } from './login.ts';

/** The position of a group in a partition. */
export interface Position {
  /** The offset to read from: the group's committed offset, or the offset of the mapping's starting position. */
  offset: number;
  committed: boolean;
  /** The first offset that can't be read yet. */
  end: number;
}

/** A place in each partition of a topic: its first record, its end, or its first record at or after a time. */
export type Place = 'first' | 'end' | { time: number };

/** Special timestamps of a ListOffsets request (Kafka: "ListOffsets"). */
const [latest, earliest] = [-1n, -2n];
const readCommitted = 1;

/** The Kafka clients of one cluster. Its mappings share one admin client and one producer. */
export class Cluster {
  readonly bootstrapServers: string;
  readonly #login: KafkaLogin | undefined;
  #admin: Promise<Admin> | undefined;
  #producer: Promise<Producer<Buffer, Buffer>> | undefined;

  /**
   * @param address see {@link readAddress}
   * @param user logs in instead of the user that the address names
   */
  constructor(address: string, user?: KafkaLogin) {
    const { bootstrapServers, login } = readAddress(address);
    this.bootstrapServers = bootstrapServers;
    this.#login = user ?? login;
  }

  /** The options of each client of this cluster. */
  options(clientId: string): BaseOptions & { clientId: string; connectTimeout: number; requestTimeout: number } {
    return {
      clientId,
      bootstrapBrokers: this.bootstrapServers.split(','),
      connectTimeout: 2000,
      requestTimeout: 10_000,
      retries: 2,
      retryDelay: 250,
      ...(this.#login && secured(this.#login)),
    };
  }

  /** @throws Error if the topic doesn't exist, or if no broker answers */
  async expectTopic(topic: string): Promise<void> {
    if (!(await this.hasTopic(topic))) throw new Error(`topic ${topic} doesn't exist yet`);
  }

  /** Also of Kafka's own topics. @throws Error if no broker answers */
  async hasTopic(topic: string): Promise<boolean> {
    const admin = await this.#connected();
    return (await admin.listTopics({ includeInternals: true })).includes(topic);
  }

  /**
   * The position of the mapping's group in each partition of its topic. A committed offset takes precedence over the
   * starting position (AWS: "Customizable consumer group ID").
   *
   * @throws Error if the topic doesn't exist, or if no broker answers
   */
  async positions({ topic, group, startingPosition }: Mapping): Promise<Map<number, Position>> {
    await this.expectTopic(topic);
    const [committed, ends, starts] = await Promise.all([
      this.committed(topic, group),
      this.offsetsAt(topic, 'end'),
      this.offsetsAt(topic, placeOf(startingPosition)),
    ]);
    const positions = [...ends].map(([partition, end]): [number, Position] => {
      const offset = committed.get(partition);
      return [partition, { offset: offset ?? starts.get(partition) ?? end, committed: offset !== undefined, end }];
    });
    return new Map(positions);
  }

  /**
   * The offset of a place in each partition of a topic, in partition order. The end is the last stable offset: it
   * precedes the first open transaction.
   *
   * @throws Error if the topic doesn't exist, or if no broker answers
   */
  async offsetsAt(topic: string, place: Place): Promise<Map<number, number>> {
    const admin = await this.#connected();
    const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
    const count = topics.get(topic)?.partitionsCount ?? 0;
    const timestamp = typeof place === 'object' ? BigInt(place.time) : { first: earliest, end: latest }[place];
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
    const [found] = await admin.listOffsets({ topics: [{ name: topic, partitions }], isolationLevel: readCommitted });
    const offsets = new Map(found?.partitions.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)]));
    const isKnown = offsets.size === count && [...offsets.values()].every((offset) => offset >= 0);
    // If a partition has no record at or after that time, its next record will be.
    const ends = isKnown || place === 'end' ? offsets : await this.offsetsAt(topic, 'end');
    return new Map(
      partitions.map(({ partitionIndex: own }) => [own, positive(offsets.get(own)) ?? ends.get(own) ?? 0]),
    );
  }

  /**
   * The end of each partition of some topics, in one request to each broker.
   *
   * @throws Error if a topic doesn't exist, or if no broker answers
   */
  async ends(topics: readonly string[]): Promise<Map<string, Map<number, number>>> {
    const admin = await this.#connected();
    const metadata = await admin.metadata({ topics: [...topics] });
    const asked = [...metadata.topics].map(([name, { partitionsCount }]) => ({
      name,
      partitions: Array.from({ length: partitionsCount }, (_, partitionIndex) => ({
        partitionIndex,
        timestamp: latest,
      })),
    }));
    const found = await admin.listOffsets({ topics: asked, isolationLevel: readCommitted });
    const endsOf = new Map<string, Map<number, number>>();
    for (const { name, partitions } of found) {
      const ends = endsOf.get(name) ?? new Map<number, number>();
      for (const { partitionIndex, offset } of partitions) ends.set(partitionIndex, Number(offset));
      endsOf.set(name, ends);
    }
    return endsOf;
  }

  /** A group's committed offset in each partition. @throws Error if no broker answers */
  async committed(topic: string, group: string): Promise<Map<number, number>> {
    const offsets = await this.committedBy([group]);
    return offsets.get(group)?.get(topic) ?? new Map();
  }

  /** The committed offsets of some groups, by topic and partition. @throws Error if no broker answers */
  async committedBy(groups: readonly string[]): Promise<Map<string, Map<string, Map<number, number>>>> {
    const admin = await this.#connected();
    const found = await admin.listConsumerGroupOffsets({ groups: [...groups] });
    return new Map(
      found.map(({ groupId, topics }) => [
        groupId,
        new Map(
          topics.map(({ name, partitions }) => [
            name,
            new Map(partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, Number(committedOffset)])),
          ]),
        ),
      ]),
    );
  }

  /** The cluster's producer. It connects on the first send. */
  producer(): Promise<Producer<Buffer, Buffer>> {
    this.#producer ??= kafkaClient().then(({ Producer }) => {
      // No retries: a retry may store a record twice. The destination retries itself.
      return new Producer({ ...this.options('serverless-offline-msk'), retries: 0 });
    });
    return this.#producer;
  }

  async disconnect(): Promise<void> {
    const clients = [this.#admin, this.#producer];
    this.#admin = undefined;
    this.#producer = undefined;
    await Promise.all(clients.map(async (client) => (await client)?.close()));
  }

  #connected(): Promise<Admin> {
    this.#admin ??= kafkaClient().then(({ Admin }) => new Admin(this.options('serverless-offline-msk')));
    return this.#admin;
  }
}

function secured({ username, password, ca }: KafkaLogin): Pick<BaseOptions, 'tls' | 'sasl'> {
  return { tls: ca === undefined ? {} : { ca }, sasl: { mechanism: 'SCRAM-SHA-512', username, password } };
}

function placeOf(position: Mapping['startingPosition']): Place {
  if (position.at === 'AT_TIMESTAMP') return { time: position.timestamp };
  return position.at === 'LATEST' ? 'end' : 'first';
}

/** Kafka returns -1 if there is no such offset. */
function positive(offset: number | undefined): number | undefined {
  return offset !== undefined && offset >= 0 ? offset : undefined;
}
