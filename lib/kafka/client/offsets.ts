import type { Kafka } from 'kafkajs';
import { type Broker, type Cluster, clusterOf, type ListedOffset, READ_UNCOMMITTED } from './cluster.ts';

/** Offsets of a topic's partitions. */
export type PartitionOffsets = ReadonlyMap<number, number>;
/** Offsets by topic. */
export type TopicOffsets = ReadonlyMap<string, PartitionOffsets>;

/** A record's offset and its timestamp in ms. */
export interface Found {
  readonly offset: number;
  readonly timestamp: number;
}

/** Asks a cluster for offsets. Every method throws an Error where no broker answers; the client is then of no more use. */
export interface OffsetReader {
  /** The next offset of each partition. */
  ends(topics: readonly string[]): Promise<TopicOffsets>;
  /** The first offset that each partition still has. */
  starts(topics: readonly string[]): Promise<TopicOffsets>;
  /** The first record of each partition with a timestamp of at least `ms`. A partition without one is absent. */
  since(topics: readonly string[], ms: number): Promise<ReadonlyMap<string, ReadonlyMap<number, Found>>>;
  /** The offsets that a group has committed. A partition without one is absent. */
  committed(group: string, topic: string): Promise<PartitionOffsets>;
}

/** Kafka's timestamps for the end and the start of a partition. */
const END = -1;
const START = -2;

/** Connects to a cluster. */
export async function offsetReader(kafka: Kafka): Promise<OffsetReader & { disconnect(): Promise<void> }> {
  const cluster = clusterOf(kafka);
  await cluster.connect();
  return { ...offsetsOf(cluster), disconnect: () => cluster.disconnect() };
}

/** @param cluster connected */
export function offsetsOf(cluster: Cluster): OffsetReader {
  /** A group's coordinator stays the same, unless a broker fails. Asking each time would double the requests. */
  const coordinators = new Map<string, Promise<Broker>>();

  const partitionsOf = (topic: string) =>
    cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);

  /** Asks the leader of each partition for the first record with a timestamp of at least this. */
  async function list(topics: readonly string[], timestamp: number) {
    await cluster.addMultipleTargetTopics(topics);
    const byLeader = topics.flatMap((topic) =>
      Object.entries(cluster.findLeaderForPartitions(topic, partitionsOf(topic))).map(([nodeId, partitions]) => ({
        nodeId,
        topic,
        partitions: partitions.map((partition) => ({ partition, timestamp })),
      })),
    );
    const answers = await Promise.all(
      [...Map.groupBy(byLeader, ({ nodeId }) => nodeId)].map(async ([nodeId, own]) =>
        (await cluster.findBroker({ nodeId })).listOffsets({ isolationLevel: READ_UNCOMMITTED, topics: own }),
      ),
    );
    const found = answers.flatMap(({ responses }) => responses);
    return new Map(
      [...Map.groupBy(found, ({ topic }) => topic)].map(([topic, own]) => [
        topic,
        known(own.flatMap(({ partitions }) => partitions)),
      ]),
    );
  }

  function coordinatorOf(groupId: string): Promise<Broker> {
    const asked = coordinators.get(groupId) ?? cluster.findGroupCoordinator({ groupId });
    coordinators.set(groupId, asked);
    return asked;
  }

  return {
    ends: async (topics) => offsets(await list(topics, END)),
    starts: async (topics) => offsets(await list(topics, START)),
    since: list,
    async committed(groupId, topic) {
      await cluster.addMultipleTargetTopics([topic]);
      const broker = await coordinatorOf(groupId);
      const partitions = partitionsOf(topic).map((partition) => ({ partition }));
      const { responses } = await broker.offsetFetch({ groupId, topics: [{ topic, partitions }] });
      return offsetNumbers(known(responses.flatMap(({ partitions: all }) => all)));
    },
  };
}

/** A place in each partition: its first record, its end, or its first record at or after a time (ms since the epoch). */
export type Place = 'first' | 'end' | number;

/** The offset of a place in each partition of a topic; the end if no record is as late. */
export async function offsetsAt(reader: OffsetReader, topic: string, place: Place): Promise<PartitionOffsets> {
  const of = (topics: TopicOffsets) => topics.get(topic) ?? new Map<number, number>();
  if (place === 'first') return of(await reader.starts([topic]));
  const ends = of(await reader.ends([topic]));
  if (place === 'end') return ends;
  const found = (await reader.since([topic], place)).get(topic);
  return new Map([...ends].map(([partition, end]) => [partition, found?.get(partition)?.offset ?? end]));
}

/** Kafka's -1 is no offset. */
function known(partitions: readonly ListedOffset[]): Map<number, Found> {
  return new Map(
    partitions
      .map(
        ({ partition, offset, timestamp }) =>
          [partition, { offset: Number(offset), timestamp: Number(timestamp) }] as const,
      )
      .filter(([, { offset }]) => offset >= 0)
      .toSorted(([a], [b]) => a - b),
  );
}

function offsetNumbers(found: ReadonlyMap<number, Found>): PartitionOffsets {
  return new Map([...found].map(([partition, { offset }]) => [partition, offset]));
}

function offsets(topics: ReadonlyMap<string, ReadonlyMap<number, Found>>): TopicOffsets {
  return new Map([...topics].map(([topic, found]) => [topic, offsetNumbers(found)]));
}
