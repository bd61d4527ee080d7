import { createBucket, createTable, createTopic } from './create-resources.ts';
import { schemaVersionId } from './schemas.ts';
import { type Clients, type Endpoints, LOCAL_REGION } from './servers.ts';

export const ACCOUNT = '000000000000';

/** The values of Ref and Fn::GetAtt for a resource; a nested attribute has a name with dots. */
export type Attributes = { Ref: string } & Record<string, string>;

export interface ResourceType {
  /** Known before the resource is created, because physical names come from logical ids. */
  attributes(name: string, properties: Record<string, unknown>): Attributes;
  /** The server for the resource, where not every stack has that server. */
  server?: keyof Endpoints;
  /** Creates the resource from its resolved properties. Doesn't change one that an earlier run has created. */
  create?(name: string, properties: Record<string, never>, clients: Clients): Promise<void>;
}

const arn = (service: string, rest: string) => `arn:aws:${service}:${LOCAL_REGION}:${ACCOUNT}:${rest}`;

/** The types that exist locally; {@link notRunLocally} is for all others. */
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
    create: (name, _, { s3 }) => createBucket(name.toLowerCase(), s3),
  },
  // The functions create their indices, and get the local server's address from localEnvironment.
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

/** A type that isn't run locally has a name and an ARN, so that references to it resolve. Nothing is created. */
export const notRunLocally: ResourceType = {
  attributes: (name) => ({ Ref: name, Arn: arn('local', name) }),
};
