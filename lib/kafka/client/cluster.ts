import type { Kafka } from 'kafkajs';

/** The part of kafkajs's internal cluster that serves single requests, as its admin client and its consumer use it. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
  fetchTopicsOffset(topics: object[]): Promise<{ partitions: { partition: number; offset: string }[] }[]>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
}

export interface Broker {
  fetch(request: object): Promise<{ responses: { partitions: FetchedPartition[] }[] }>;
}

export interface FetchedPartition {
  partition: number;
  messages: FetchedMessage[];
}

export interface FetchedMessage {
  offset: string;
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: object;
  isControlRecord: boolean;
}

/** kafkajs's own name of the function that makes a cluster; the version of kafkajs is pinned. */
const CREATE_CLUSTER = 'private:Kafka:createCluster';
/** Kafka's isolation level that makes every record visible, also those behind an open transaction. */
const READ_UNCOMMITTED = 0;

/**
 * A cluster that isn't connected yet. The bundles have no admin client and no consumer of kafkajs, which would be tens
 * of KB in each of them for single requests (plugins/bundles/leave-out.ts).
 */
export function clusterOf(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === CREATE_CLUSTER);
  const makers = kafka as unknown as Record<symbol, (options: object) => Cluster>;
  if (symbol === undefined) throw new Error(`this version of kafkajs has no ${CREATE_CLUSTER}`);
  return (makers[symbol] as (options: object) => Cluster)({
    allowAutoTopicCreation: false,
    isolationLevel: READ_UNCOMMITTED,
  });
}

/** A place in each partition: its first record, its end, or its first record at or after a time (ms since the epoch). */
export type Place = 'first' | 'end' | number;

/** What a request for offsets needs besides topic and partitions, by place. */
const placed = (place: Place) =>
  typeof place === 'number' ? { fromTimestamp: place } : { fromBeginning: place === 'first' };

export async function offsetsAt(cluster: Cluster, topic: string, place: Place): Promise<Map<number, number>> {
  await cluster.addTargetTopic(topic);
  const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId }));
  const [found] = await cluster.fetchTopicsOffset([{ topic, partitions, ...placed(place) }]);
  const offsets = new Map((found?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]));
  // Kafka answers -1 if no record is at or after that time.
  if (![...offsets.values()].some((offset) => offset < 0)) return offsets;
  const ends = await offsetsAt(cluster, topic, 'end');
  return new Map(
    [...offsets].map(([partition, offset]) => [partition, offset < 0 ? (ends.get(partition) ?? 0) : offset]),
  );
}
