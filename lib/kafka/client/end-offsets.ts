import type { Kafka } from 'kafkajs';

/** The part of kafkajs's internal cluster that asks for offsets, as its admin client does. */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number }[];
  fetchTopicsOffset(topics: object[]): Promise<{ partitions: { partition: number; offset: string }[] }[]>;
}

/** kafkajs's own name of the function that makes a cluster; the version of kafkajs is pinned. */
const CREATE_CLUSTER = 'private:Kafka:createCluster';

/**
 * The next offset of each partition. The bundles have no admin client of kafkajs, which would be 26 KB in each of them
 * for this one question (plugins/bundles/leave-out.ts).
 *
 * @throws Error if no broker answers
 */
export async function endOffsets(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === CREATE_CLUSTER);
  const makers = kafka as unknown as Record<symbol, (options: object) => Cluster>;
  if (symbol === undefined) throw new Error(`this version of kafkajs has no ${CREATE_CLUSTER}`);
  const cluster = (makers[symbol] as (options: object) => Cluster)({ allowAutoTopicCreation: false });
  try {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId }));
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning: false }]);
    return new Map((found?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]));
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
}
