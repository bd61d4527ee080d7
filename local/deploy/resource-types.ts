import { type EndpointName, SERVERS } from '../servers/catalogue.ts';
import { createTopic } from './create-topic.ts';
import { arn, type ResourceType } from './resource-type.ts';
import { schemaVersionId } from './schemas.ts';

/** A type, and the server that its resources are in. */
export type LocalType = ResourceType & { readonly server?: EndpointName | undefined };

/** Types whose resources are in Kafka, or only have a name. */
const ofNoServer: Record<string, LocalType> = {
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
  'AWS::SecretsManager::Secret': {
    attributes: (_, { Name }) => ({ Ref: arn('secretsmanager', `secret:${String(Name)}-local0`) }),
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
};

const ofServers = SERVERS.flatMap(({ endpoint: server, resources = {} }) =>
  Object.entries(resources).map(([type, own]): [string, LocalType] => [type, { ...own, server }]),
);

/** The types that exist locally; {@link notRunLocally} is for all others. */
export const resourceTypes: Readonly<Record<string, LocalType>> = { ...ofNoServer, ...Object.fromEntries(ofServers) };

/** A type that isn't run locally has a name and an ARN, so that references to it resolve. Nothing is created. */
export const notRunLocally: ResourceType = {
  attributes: (name) => ({ Ref: name, Arn: arn('local', name) }),
};
