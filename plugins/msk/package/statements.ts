import { isDeepStrictEqual } from 'node:util';
import type { CompiledTemplate } from '../contract.ts';

/** A statement of an IAM policy. Its resource may be an intrinsic function. */
export interface Statement {
  Effect: 'Allow';
  Action: string[];
  Resource: unknown;
}

/** The properties of a compiled AWS::Lambda::EventSourceMapping of Amazon MSK that need permissions. */
export interface MappingProperties {
  EventSourceArn: unknown;
  Topics: [string];
  AmazonManagedKafkaEventSourceConfig?: {
    ConsumerGroupId?: string;
    SchemaRegistryConfig?: { SchemaRegistryURI: unknown; AccessConfigs?: Access[] };
  };
  SourceAccessConfigurations?: Access[];
  DestinationConfig?: { OnFailure?: { Destination?: unknown } };
}

interface Access {
  URI: unknown;
}

type Resources = CompiledTemplate['Resources'];

/**
 * The permissions that a mapping needs in the function's role, scoped to its cluster, topic and group. Without a
 * secret, Lambda logs in to the cluster with this role.
 *
 * Rules: the Lambda guide's with-msk-permissions, services-consume-kafka-events, kafka-on-failure-destination.
 *
 * @param warn called with a line about each permission that can't be derived from the mapping
 */
export function statementsOf(
  properties: MappingProperties,
  resources: Resources,
  warn: (line: string) => void,
): Statement[] {
  return [
    ...clusterStatements(properties, resources, warn),
    ...registryStatements(properties),
    ...destinationStatements(properties, resources, warn),
    ...secretStatements(properties),
  ];
}

function clusterStatements(
  { EventSourceArn: source, Topics: [topic], ...properties }: MappingProperties,
  resources: Resources,
  warn: (line: string) => void,
): Statement[] {
  const viaConnection = resourceType(source, resources) === 'vpc-connection';
  const cluster = viaConnection ? resources[logicalIdOf(source)]?.Properties?.['TargetClusterArn'] : source;
  const statements = [
    allow(
      [
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      '*',
    ),
  ];
  if (viaConnection) statements.push(allow(['kafka:DescribeVpcConnection'], source));
  if (cluster === undefined) {
    warn('the ARN of a VPC connection does not name its cluster: grant kafka:* and kafka-cluster:* actions yourself');
    return statements;
  }
  statements.push(allow(['kafka:DescribeCluster', 'kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers'], cluster));
  if (properties.SourceAccessConfigurations?.length) return statements;
  const group = properties.AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId ?? '*';
  const destination = kafkaTopic(properties.DestinationConfig?.OnFailure?.Destination);
  statements.push(
    allow(['kafka-cluster:Connect', 'kafka-cluster:DescribeClusterDynamicConfiguration'], cluster),
    allow(['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'], topicArn(cluster, topic, resources)),
    allow(['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'], within(cluster, 'group', group)),
  );
  if (destination !== undefined) {
    const write = ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData', 'kafka-cluster:WriteData'];
    statements.push(allow(write, topicArn(cluster, destination, resources)));
  }
  return statements;
}

/** For a Glue registry only: Lambda uses secrets to reach a Confluent registry. */
function registryStatements({ AmazonManagedKafkaEventSourceConfig: config }: MappingProperties): Statement[] {
  const registry = config?.SchemaRegistryConfig;
  const uri = registry?.SchemaRegistryURI;
  if (uri === undefined || registry?.AccessConfigs?.length) return [];
  if (typeof uri === 'string' && uri.startsWith('https://')) return [];
  // `*`, as in the Glue guide's policy for deserializers ("Getting started with schema registry", code example 15): the
  // call names only the id of a version, neither a registry nor a schema.
  return [allow(['glue:GetRegistry'], uri), allow(['glue:GetSchemaVersion'], '*')];
}

/** The permissions for a destination, by the service in its ARN. */
const destinationActions = new Map<string, (arn: unknown) => Statement[]>([
  ['sqs', (arn) => [allow(['sqs:SendMessage'], arn)]],
  ['sns', (arn) => [allow(['sns:Publish'], arn)]],
  ['s3', (arn) => [allow(['s3:ListBucket'], arn), allow(['s3:PutObject'], join('/', [arn, '*']))]],
]);

function destinationStatements(
  { DestinationConfig: config }: MappingProperties,
  resources: Resources,
  warn: (line: string) => void,
): Statement[] {
  const destination = config?.OnFailure?.Destination;
  if (destination === undefined || kafkaTopic(destination) !== undefined) return [];
  const statements = destinationActions.get(resourceType(destination, resources));
  if (statements) return statements(destination);
  warn(`unknown kind of destination ${JSON.stringify(destination)}: grant the permission to send to it yourself`);
  return [];
}

function secretStatements(properties: MappingProperties): Statement[] {
  const registry = properties.AmazonManagedKafkaEventSourceConfig?.SchemaRegistryConfig;
  const secrets = [...(properties.SourceAccessConfigurations ?? []), ...(registry?.AccessConfigs ?? [])];
  return secrets.map(({ URI }) => allow(['secretsmanager:GetSecretValue'], URI));
}

/** The kinds of a template's resources, as in their ARNs. */
const arnTypes: Readonly<Record<string, string>> = {
  'AWS::MSK::VpcConnection': 'vpc-connection',
  'AWS::S3::Bucket': 's3',
  'AWS::SNS::Topic': 'sns',
  'AWS::SQS::Queue': 'sqs',
};

function resourceType(arn: unknown, resources: Resources): string {
  if (typeof arn !== 'string') return arnTypes[resources[logicalIdOf(arn)]?.Type ?? ''] ?? '';
  return arn.includes(':vpc-connection/') ? 'vpc-connection' : (arn.split(':')[2] ?? '');
}

/** The logical id in a Ref or an Fn::GetAtt. */
function logicalIdOf(value: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as { Ref?: string; 'Fn::GetAtt'?: string[] };
  return Ref ?? attribute?.[0] ?? '';
}

function kafkaTopic(destination: unknown): string | undefined {
  return typeof destination === 'string' ? /^kafka:\/\/(.+)$/.exec(destination)?.[1] : undefined;
}

/**
 * A Ref where the template creates the topic. CloudFormation then creates the topic before the role, and so before the
 * function and its mapping.
 */
function topicArn(cluster: unknown, topic: string, resources: Resources): unknown {
  const [logicalId] =
    Object.entries(resources).find(
      ([, { Type, Properties }]) =>
        Type === 'AWS::MSK::Topic' &&
        Properties?.['TopicName'] === topic &&
        isDeepStrictEqual(Properties['ClusterArn'], cluster),
    ) ?? [];
  return logicalId === undefined ? within(cluster, 'topic', topic) : { Ref: logicalId };
}

/** arn:…:cluster/NAME/UUID -> arn:…:topic/NAME/UUID/orders */
function within(cluster: unknown, kind: 'topic' | 'group', name: string): unknown {
  return join('/', [replaced(cluster, ':cluster/', `:${kind}/`), name]);
}

function replaced(arn: unknown, from: string, to: string): unknown {
  return typeof arn === 'string' ? arn.replace(from, to) : { 'Fn::Join': [to, { 'Fn::Split': [from, arn] }] };
}

function join(separator: string, parts: unknown[]): unknown {
  return parts.every((part) => typeof part === 'string') ? parts.join(separator) : { 'Fn::Join': [separator, parts] };
}

function allow(actions: string[], resource: unknown): Statement {
  return { Effect: 'Allow', Action: actions, Resource: resource };
}
