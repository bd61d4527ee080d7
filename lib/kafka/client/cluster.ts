import type { Kafka } from 'kafkajs';

/** The part of kafkajs's internal cluster that serves single requests, as its admin client and its consumer use it. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(node: { nodeId: string }): Promise<Broker>;
  findGroupCoordinator(of: { groupId: string }): Promise<Broker>;
}

export interface Broker {
  fetch(request: object): Promise<{ responses: { partitions: FetchedPartition[] }[] }>;
  listOffsets(of: {
    isolationLevel: number;
    topics: Topic<{ partition: number; timestamp: number }>[];
  }): Promise<{ responses: Topic<ListedOffset>[] }>;
  offsetFetch(of: {
    groupId: string;
    topics: Topic<{ partition: number }>[];
  }): Promise<{ responses: Topic<ListedOffset>[] }>;
}

interface Topic<P> {
  topic: string;
  partitions: P[];
}

export interface ListedOffset {
  partition: number;
  offset: string;
  /** absent in the answer to OffsetFetch */
  timestamp?: string;
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
export const READ_UNCOMMITTED = 0;

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
