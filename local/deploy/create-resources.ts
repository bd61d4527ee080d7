import {
  CreateTableCommand,
  type CreateTableCommandInput,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { BucketAlreadyOwnedByYou, CreateBucketCommand } from '@aws-sdk/client-s3';
import type { KafkaJSAggregateError } from 'kafkajs';
import type { Clients } from './servers.ts';

interface TopicProperties {
  TopicName: string;
  PartitionCount: number;
  ReplicationFactor: number;
  /** base64 of a JSON object */
  Configs?: string;
}

/** Creates a topic. Its replication factor and min.insync.replicas are at most the number of local brokers. */
export async function createTopic(properties: unknown, admin: Clients['admin']): Promise<void> {
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

/** Creates a table; one that exists is not changed. */
export async function createTable(name: string, properties: unknown, dynamodb: Clients['dynamodb']): Promise<void> {
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, TimeToLiveSpecification } =
    properties as CreateTableCommandInput & { TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean } };
  const table = { TableName: name, BillingMode: 'PAY_PER_REQUEST' as const, AttributeDefinitions, KeySchema };
  const indexes = GlobalSecondaryIndexes && { GlobalSecondaryIndexes };
  try {
    await dynamodb.send(new CreateTableCommand({ ...table, ...indexes }));
  } catch (error) {
    if (error instanceof ResourceInUseException) return;
    throw error;
  }
  if (TimeToLiveSpecification) {
    await dynamodb.send(new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification }));
  }
}

/** Creates a bucket; one that exists is not changed. */
export async function createBucket(name: string, s3: Clients['s3']): Promise<void> {
  try {
    await s3.send(new CreateBucketCommand({ Bucket: name }));
  } catch (error) {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  }
}
