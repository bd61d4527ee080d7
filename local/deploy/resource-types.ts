import {
  CreateTableCommand,
  type CreateTableCommandInput,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { BucketAlreadyOwnedByYou, CreateBucketCommand } from '@aws-sdk/client-s3';
import type { KafkaJSAggregateError } from 'kafkajs';
import { schemaVersionId } from './schemas.ts';
import { type Clients, type Endpoints, LOCAL_REGION } from './servers.ts';

export const ACCOUNT = '000000000000';

/** What Ref and Fn::GetAtt give for a resource; dotted attribute names for nested ones. */
export type Attributes = { Ref: string } & Record<string, string>;

export interface ResourceType {
  /** Known before anything is created, as names are made from logical ids. */
  attributes(name: string, properties: Record<string, unknown>): Attributes;
  /** The server that it is created on, where not every stack has it. */
  server?: keyof Endpoints;
  /** Creates it from its resolved properties; one that is there already, from an earlier run, is left as it is. */
  create?(name: string, properties: Record<string, never>, clients: Clients): Promise<void>;
}

const arn = (service: string, rest: string) => `arn:aws:${service}:${LOCAL_REGION}:${ACCOUNT}:${rest}`;

/** The types that exist locally. A type that isn't here gets a name and an ARN, and nothing is created. */
export const resourceTypes: Record<string, ResourceType> = {
  'AWS::MSK::Cluster': {
    attributes(name) {
      const clusterArn = arn('kafka', `cluster/${name}/00000000-0000-0000-0000-000000000000-1`);
      return { Ref: clusterArn, Arn: clusterArn };
    },
  },
  'AWS::MSK::Topic': {
    attributes(_, { TopicName }) {
      const topicArn = arn('kafka', `topic/local/${String(TopicName)}`);
      return { Ref: topicArn, TopicArn: topicArn };
    },
    create: (_, properties, { admin }) => createTopic(properties, admin),
  },
  'AWS::DynamoDB::Table': {
    attributes: (name) => ({ Ref: name, Arn: arn('dynamodb', `table/${name}`) }),
    create: (name, properties, { dynamodb }) => createTable(name, properties, dynamodb),
  },
  'AWS::S3::Bucket': {
    attributes(name) {
      const bucket = name.toLowerCase();
      return { Ref: bucket, Arn: `arn:aws:s3:::${bucket}` };
    },
    server: 's3',
    async create(name, _, { s3 }) {
      await s3.send(new CreateBucketCommand({ Bucket: name.toLowerCase() })).catch(unless(BucketAlreadyOwnedByYou));
    },
  },
  // Indices are the functions' own; where it is, they are told by the environment that is laid over theirs.
  'AWS::OpenSearchService::Domain': {
    attributes: (name) => ({ Ref: name, Arn: arn('es', `domain/${name}`), DomainEndpoint: `${name}.local` }),
  },
  'AWS::OpenSearchServerless::Collection': {
    attributes: (name) => ({
      Ref: name,
      Arn: arn('aoss', `collection/${name}`),
      CollectionEndpoint: `https://${name}`,
    }),
  },
  'AWS::Glue::Registry': {
    attributes(_, { Name }) {
      const registryArn = arn('glue', `registry/${String(Name)}`);
      return { Ref: registryArn, Arn: registryArn };
    },
  },
  'AWS::Glue::Schema': {
    attributes(name, { Name }) {
      const schemaArn = arn('glue', `schema/local/${String(Name)}`);
      return { Ref: schemaArn, Arn: schemaArn, InitialSchemaVersionId: schemaVersionId(name) };
    },
  },
  'AWS::Glue::SchemaVersion': {
    attributes: (name) => ({ Ref: schemaVersionId(name), VersionId: schemaVersionId(name) }),
  },
  'AWS::RDS::DBCluster': {
    attributes: (name) => ({
      Ref: name,
      DBClusterArn: arn('rds', `cluster:${name}`),
      'MasterUserSecret.SecretArn': arn('secretsmanager', `secret:${name}`),
    }),
  },
};

/** A type that isn't run locally: a name and an ARN, so that what refers to it resolves. */
export const notRunLocally: ResourceType = {
  attributes: (name) => ({ Ref: name, Arn: arn('local', name) }),
};

interface TopicProperties {
  TopicName: string;
  PartitionCount: number;
  ReplicationFactor: number;
  /** base64 of a JSON object */
  Configs?: string;
}

/** Fewer local brokers than the stage has: the replication factor and what hangs on it are capped at them. */
async function createTopic(properties: unknown, admin: Clients['admin']): Promise<void> {
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
    // Not waiting for leaders: who reads or writes a new topic waits for it, as on AWS.
    await admin.createTopics({ topics: [topic], waitForLeaders: false });
  } catch (error) {
    const reason = (error as KafkaJSAggregateError).errors?.[0] ?? error;
    throw new Error(`topic ${TopicName}: ${(reason as Error).message}`, { cause: error });
  }
}

async function createTable(name: string, properties: unknown, dynamodb: Clients['dynamodb']): Promise<void> {
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

function unless(expected: new (...args: never[]) => Error) {
  return (error: unknown) => {
    if (!(error instanceof expected)) throw error;
  };
}
