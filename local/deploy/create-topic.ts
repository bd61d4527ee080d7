import type { Admin, KafkaJSAggregateError } from 'kafkajs';

interface TopicProperties {
  TopicName: string;
  PartitionCount: number;
  ReplicationFactor: number;
  /** base64 of a JSON object */
  Configs?: string;
}

/** Creates a topic. Its replication factor and min.insync.replicas are at most the number of local brokers. */
export async function createTopic(properties: unknown, admin: Admin): Promise<void> {
  const { TopicName, PartitionCount, ReplicationFactor, Configs } = properties as TopicProperties;
  const { brokers } = await admin.describeCluster();
  const replicationFactor = Math.min(Number(ReplicationFactor), brokers.length);
  const config: Record<string, unknown> = JSON.parse(Buffer.from(Configs ?? 'e30=', 'base64').toString('utf8'));
  const isr = Math.min(Number(config['min.insync.replicas'] ?? 1), replicationFactor);
  const entries = Object.entries({ ...config, 'min.insync.replicas': isr });
  const topic = {
    topic: TopicName,
    numPartitions: Number(PartitionCount),
    replicationFactor,
    configEntries: entries.map(([name, value]) => ({ name, value: String(value) })),
  };
  try {
    // Doesn't wait for leaders: as on AWS, a reader or writer of a new topic waits for them.
    await admin.createTopics({ topics: [topic], waitForLeaders: false });
  } catch (error) {
    const reason = (error as KafkaJSAggregateError).errors?.[0] ?? error;
    throw new Error(`topic ${TopicName}: ${(reason as Error).message}`, { cause: error });
  }
}
