import type { Code } from './code.ts';
import type { Statement } from './rules/functions.ts';

/** Commands whose action has another name, or that need further actions. */
const actionOf = new Map<string, string[]>([
  ['s3:HeadObject', ['s3:GetObject']],
  ['s3:ListObjectsV2', ['s3:ListBucket']],
  // The Data API reads the secret with the caller's permissions.
  ...['ExecuteStatement', 'BatchExecuteStatement'].map((name): [string, string[]] => [
    `rds-data:${name}`,
    [`rds-data:${name}`, 'secretsmanager:GetSecretValue'],
  ]),
  // A batch of PartiQL needs the actions of its statements ("IAM security policies with PartiQL for DynamoDB").
  ['dynamodb:BatchExecuteStatement', ['dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate']],
  // The topics are encrypted with customer managed keys.
  ['sns:Publish', ['sns:Publish', 'kms:Decrypt', 'kms:GenerateDataKey']],
]);

/** In the SDK's clients, but never called: for other endpoints, and for other kinds of bucket. */
const inner = [/^dynamodb:DescribeEndpoints$/, /^s3:CreateSession$/];

/** Every function needs them. */
const always = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
/** Lambda needs them for a mapping (with-msk-permissions). */
const ofEachMapping = [
  ...['Create', 'Delete'].map((verb) => `ec2:${verb}NetworkInterface`),
  ...['NetworkInterfaces', 'SecurityGroups', 'Subnets', 'Vpcs'].map((what) => `ec2:Describe${what}`),
  ...['DescribeCluster', 'DescribeClusterV2', 'GetBootstrapBrokers'].map((name) => `kafka:${name}`),
];
/** And these, if it logs in to the brokers with the role. */
const ofRoleMapping = [
  ...['Connect', 'DescribeClusterDynamicConfiguration', 'DescribeGroup', 'AlterGroup'].map(
    (name) => `kafka-cluster:${name}`,
  ),
];
/** To log in with a password: function and mapping read the secret, which has a customer managed key. */
const ofPassword = ['secretsmanager:GetSecretValue', 'kms:Decrypt'];
const ofSchemaRegistry = ['glue:GetRegistry', 'glue:GetSchemaVersion'];
/** Compared for each topic. rules/ check the resources of the others. */
const ofTopic = /^kafka-cluster:(DescribeTopic|ReadData|WriteData)$/;

/** What a function needs permissions for. */
export interface Use {
  code: Code;
  /** topics of its mappings */
  reads: string[];
  /** topics that the function reads without a mapping */
  fetches: string[];
  /** topics that the function produces to */
  writes: string[];
  /** why it produces to no topic, though its bundle has a Kafka client */
  writesNone?: string | undefined;
  /** whether it asks for the offsets of every topic and group */
  offsets: boolean;
  /** whether it logs in to Kafka with a password, and its mappings too */
  password: boolean;
  /** actions on OpenSearch */
  searches: string[];
  /** whether one of its mappings uses a schema registry */
  registry: boolean;
  /** commands in the bundle that the function never calls */
  uncalled: string[];
}

/** Permissions that the role lacks, permissions that it doesn't need, and facts that are not listed here. */
export function misfits(granted: readonly Statement[], use: Use): string[] {
  const needed = new Set(needs(use));
  const allowed = new Set(granted.flatMap(allowedBy));
  return [
    ...[...needed].filter((action) => !allowed.has(action)).map((action) => `lacks ${action}`),
    ...[...allowed].filter((action) => !needed.has(action)).map((action) => `may ${action}, but does not need it`),
    ...(use.code.kafka && !use.writes.length && !use.writesNone
      ? ['has a Kafka client, but no topic to write to']
      : []),
    ...(use.code.search && !use.searches.length ? ['has an OpenSearch client, but no actions are listed for it'] : []),
  ];
}

function needs(use: Use): string[] {
  const { code, reads, fetches, writes, offsets, searches, password, registry, uncalled } = use;
  /** of a mapping that logs in with the role */
  const polled = password ? [] : reads;
  const connects = !reads.length && (writes.length || fetches.length || offsets);
  const called = [...code.commands]
    .filter((command) => !inner.some((pattern) => pattern.test(command)) && !uncalled.includes(command))
    .flatMap((command) => actionOf.get(command) ?? [command]);
  return [
    ...always,
    ...called,
    ...searches,
    ...(password ? ofPassword : []),
    ...(reads.length ? ofEachMapping : []),
    ...(polled.length ? ofRoleMapping : []),
    ...(registry ? ofSchemaRegistry : []),
    ...(connects ? ['kafka-cluster:Connect'] : []),
    ...(offsets ? ['kafka-cluster:DescribeTopic on *', 'kafka-cluster:DescribeGroup'] : []),
    ...[...polled, ...fetches].map((topic) => `kafka-cluster:ReadData on ${topic}`),
    ...writes.map((topic) => `kafka-cluster:WriteData on ${topic}`),
    ...[...polled, ...fetches, ...writes].map((topic) => `kafka-cluster:DescribeTopic on ${topic}`),
  ];
}

function allowedBy({ actions, resources }: Statement): string[] {
  return actions
    .filter((action) => !action.startsWith('logs:')) // the framework grants the function's log group
    .flatMap((action) =>
      ofTopic.test(action)
        ? resources.map((topic) => `${action} on ${topic.slice(topic.lastIndexOf('/') + 1)}`)
        : action,
    );
}
