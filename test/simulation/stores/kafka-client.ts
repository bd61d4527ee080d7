import { EventEmitter } from 'node:events';
import type { FaultyCalls } from '#test/support/faulty-calls.ts';
import { currentClock } from '../platform/clock.ts';
import type { KafkaModel, Member } from './kafka-model.ts';

/** What a poller's clients talk to. A poller's "bootstrap servers" are its name. */
export interface Attached {
  readonly kafka: KafkaModel;
  readonly calls: FaultyCalls;
  /** its process has ended */
  readonly gone: () => boolean;
}

export const attached = new Map<string, Attached>();

interface Options {
  readonly bootstrapBrokers: readonly string[];
}

const BROKER = { nodeId: 1, host: 'broker', port: 9092 };

class Client extends EventEmitter {
  readonly name: string;
  readonly of: Attached;
  readonly connections = { get: async () => this };

  constructor({ bootstrapBrokers }: Options) {
    super();
    this.name = bootstrapBrokers[0] as string;
    this.of = attached.get(this.name) as Attached;
  }

  async metadata() {
    const { kafka, calls } = this.of;
    const partitions = kafka.logs.map(() => ({ leader: BROKER.nodeId }));
    const topic = { partitions, partitionsCount: partitions.length };
    return calls.call('metadata', () => ({ brokers: new Map([[1, BROKER]]), topics: new Map([[kafka.topic, topic]]) }));
  }

  async close(): Promise<void> {}
}

class Admin extends Client {
  async listTopics() {
    return [this.of.kafka.topic];
  }

  async listOffsets({
    topics,
  }: {
    topics: readonly [{ partitions: readonly { partitionIndex: number; timestamp: bigint }[] }];
  }) {
    const { kafka, calls } = this.of;
    const partitions = topics[0].partitions.map(({ partitionIndex, timestamp }) => ({
      partitionIndex,
      offset: timestamp === -2n ? 0n : BigInt(kafka.endOf(partitionIndex)),
    }));
    return calls.call('list offsets', () => [{ name: kafka.topic, partitions }]);
  }

  async listConsumerGroupOffsets({ groups }: { groups: readonly string[] }) {
    const { kafka, calls } = this.of;
    return calls.call('read committed offsets', () => {
      const partitions = [...kafka.committed].map(([partitionIndex, offset]) => ({
        partitionIndex,
        committedOffset: BigInt(offset),
      }));
      return groups.map((groupId) => ({ groupId, topics: [{ name: kafka.topic, partitions }] }));
    });
  }
}

class Consumer extends Client implements Member {
  memberId: string | undefined;
  generationId = 0;
  readonly topics = { track: () => {} };
  #closed = false;

  async joinGroup(): Promise<void> {
    await this.of.calls.call('join the group', () => {
      // The session of a member that has ended meanwhile would end soon.
      if (this.#closed || this.of.gone()) return;
      if (this.memberId) this.of.kafka.leave(this.memberId);
      this.memberId = this.of.kafka.join(this);
    });
  }

  told({ memberId, generation, partitions }: Parameters<Member['told']>[0]): void {
    if (this.#closed) return;
    this.generationId = generation;
    this.emit('consumer:group:join', { memberId, assignments: [{ topic: this.of.kafka.topic, partitions }] });
  }

  /** The next heartbeat tells a member that it was expelled, and it joins again. */
  expelled(): void {
    const learns = this.of.calls.turn('learns that it was expelled');
    void learns.then(() => this.joinGroup()).catch((error: Error) => this.emit('error', error));
  }

  clearMetadata(): void {}
  async findGroupCoordinator(): Promise<number> {
    return BROKER.nodeId;
  }
  async connectToBrokers() {
    return new Map([[BROKER.nodeId, this]]);
  }
  override async close(): Promise<void> {
    this.#closed = true;
    const id = this.memberId;
    this.memberId = undefined;
    if (id !== undefined) this.of.kafka.leave(id);
  }
}

class Producer extends Client {
  async send({ messages }: { messages: readonly { value: Buffer }[] }): Promise<void> {
    const places = messages.flatMap(({ value }) => {
      const { payload } = JSON.parse(String(value)) as {
        payload: { records: Record<string, { partition: number; offset: number }[]> };
      };
      return Object.values(payload.records)
        .flat()
        .map(({ partition, offset }) => `${partition}-${offset}`);
    });
    await this.of.calls.call(`send to the destination ${places.join()}`, () => {
      this.of.kafka.discarded.push(...places);
    });
  }
}

type Topics<P> = readonly [{ readonly partitions: readonly P[] }];

async function fetch(
  { of: { kafka, calls } }: Client,
  milliseconds: number,
  ...[, , , , , topics]: [
    unknown,
    unknown,
    unknown,
    unknown,
    unknown,
    Topics<{ partition: number; fetchOffset: bigint }>,
  ]
) {
  const asked = topics[0].partitions.map(({ partition, fetchOffset }) => [partition, Number(fetchOffset)] as const);
  const answer = await calls.call(`fetch ${asked.map(([partition, from]) => `${partition} from ${from}`).join()}`, () =>
    asked.map(([partition, from]) => batchOf(kafka, partition, from)),
  );
  const isEmpty = answer.every(({ records }) => records.length === 0);
  if (isEmpty) await new Promise<void>((resolve) => void currentClock().after(milliseconds, resolve));
  return { throttleTimeMs: 0, errorCode: 0, sessionId: 0, responses: [{ partitions: answer }] };
}

/** A few records in a batch: the broker sends what fits. */
const FETCHED = 3;

function batchOf(kafka: KafkaModel, partitionIndex: number, from: number) {
  const some = (kafka.logs[partitionIndex] ?? []).filter(({ offset }) => offset >= from).slice(0, FETCHED);
  const [first, last] = [some[0], some.at(-1)];
  const records = some.map(({ offset, value, timestamp }) => ({
    offsetDelta: offset - (first?.offset ?? 0),
    timestampDelta: BigInt(timestamp - (first?.timestamp ?? 0)),
    ...{ key: null, value, headers: [] },
  }));
  const [firstOffset, firstTimestamp] = [BigInt(first?.offset ?? 0), BigInt(first?.timestamp ?? 0)];
  const lastOffsetDelta = (last?.offset ?? 0) - (first?.offset ?? 0);
  const batch = { attributes: 0, firstOffset, lastOffsetDelta, firstTimestamp, producerId: -1n, records };
  const lastStableOffset = BigInt(kafka.endOf(partitionIndex));
  return {
    partitionIndex,
    errorCode: 0,
    lastStableOffset,
    records: some.length > 0 ? [batch] : [],
    abortedTransactions: [],
  };
}

async function commit(
  client: Client,
  _group: string,
  generation: number,
  memberId: string,
  _instance: null,
  topics: Topics<{ partitionIndex: number; committedOffset: bigint }>,
): Promise<void> {
  const { kafka, calls } = client.of;
  const offsets = topics[0].partitions.map(({ partitionIndex, committedOffset }) => ({
    partition: partitionIndex,
    offset: Number(committedOffset),
  }));
  const what = `commit ${offsets.map(({ partition, offset }) => `${partition} up to ${offset}`).join()} in generation ${generation}`;
  let late = false;
  try {
    await calls.call(what, () => kafka.commit({ memberId, generation, late }, offsets));
  } finally {
    late = true;
  }
}

/** Stands for the Kafka client of plugins/msk/consumer/kafka-client.ts. */
export const kafkaClient = async () => ({
  ...{ Base: Client, Admin, Consumer, Producer },
  ResponseError: class extends Error {},
  fetchV12: { api: { async: fetch } },
  offsetCommitV8: { api: { async: commit } },
});
