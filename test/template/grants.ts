import type { Code } from './code.ts';
import type { Statement } from './rules/functions.ts';

/** A command whose action has another name, or none, or that needs others besides. */
const actionOf = new Map<string, string[]>([
  ['s3:HeadObject', ['s3:GetObject']],
  ['s3:ListObjectsV2', ['s3:ListBucket']],
  // The Data API reads the secret in the caller's name.
  ...['ExecuteStatement', 'BatchExecuteStatement'].map((name): [string, string[]] => [
    `rds-data:${name}`,
    [`rds-data:${name}`, 'secretsmanager:GetSecretValue'],
  ]),
  // Topics are encrypted, each with a key of its own.
  ['sns:Publish', ['sns:Publish', 'kms:Decrypt', 'kms:GenerateDataKey']],
]);

/** In a bundle without being called: the SDK's own inner calls, for other ways to sign in or other kinds of bucket. */
const inner = [/^sts:/, /^sso(-oidc)?:/, /^dynamodb:DescribeEndpoints$/, /^s3:CreateSession$/];

/** Every function's. */
const always = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
/** What Lambda does for a mapping in the function's name (with-msk-permissions). */
const ofMapping = [
  ...['Create', 'Delete'].map((verb) => `ec2:${verb}NetworkInterface`),
  ...['NetworkInterfaces', 'SecurityGroups', 'Subnets', 'Vpcs'].map((what) => `ec2:Describe${what}`),
  ...['DescribeCluster', 'DescribeClusterV2', 'GetBootstrapBrokers'].map((name) => `kafka:${name}`),
  ...['Connect', 'DescribeClusterDynamicConfiguration', 'DescribeGroup', 'AlterGroup'].map(
    (name) => `kafka-cluster:${name}`,
  ),
];
const ofSchemaRegistry = ['glue:GetRegistry', 'glue:GetSchemaVersion'];
/** They are granted topic by topic; for others, the rules say on what. */
const ofTopic = /^kafka-cluster:(DescribeTopic|ReadData|WriteData)$/;

/** What is known of a function beside its role. */
export interface Use {
  code: Code;
  /** topics of its mappings */
  reads: string[];
  /** topics that it produces to */
  writes: string[];
  /** why it produces to none, though a Kafka client is in its bundle */
  writesNone?: string | undefined;
  /** actions on the search of alerts */
  searches: string[];
  /** whether one of its mappings decodes by a schema registry */
  registry: boolean;
  /** commands in its bundle that it never calls */
  uncalled: string[];
}

/** What the function needs and its role lacks, what the role allows without need, and what isn't known of the function. */
export function misfits(granted: readonly Statement[], use: Use): string[] {
  const needed = new Set(needs(use));
  const allowed = new Set(granted.flatMap(allowedBy));
  return [
    ...[...needed].filter((action) => !allowed.has(action)).map((action) => `lacks ${action}`),
    ...[...allowed].filter((action) => !needed.has(action)).map((action) => `may ${action}, but has no use for it`),
    ...(use.code.kafka && !use.writes.length && !use.writesNone
      ? ['has a Kafka client, and no topic to write to']
      : []),
    ...(use.code.search && !use.searches.length ? ['has a client of OpenSearch, and no actions listed for it'] : []),
  ];
}

function needs({ code, reads, writes, searches, registry, uncalled }: Use): string[] {
  const called = [...code.commands]
    .filter((command) => !inner.some((pattern) => pattern.test(command)) && !uncalled.includes(command))
    .flatMap((command) => actionOf.get(command) ?? [command]);
  return [
    ...always,
    ...called,
    ...searches,
    ...(reads.length ? ofMapping : []),
    ...(registry ? ofSchemaRegistry : []),
    ...(writes.length ? ['kafka-cluster:Connect'] : []),
    ...reads.map((topic) => `kafka-cluster:ReadData on ${topic}`),
    ...writes.map((topic) => `kafka-cluster:WriteData on ${topic}`),
    ...[...reads, ...writes].map((topic) => `kafka-cluster:DescribeTopic on ${topic}`),
  ];
}

function allowedBy({ actions, resources }: Statement): string[] {
  return actions
    .filter((action) => !action.startsWith('logs:')) // each function's own group, granted by the framework
    .flatMap((action) =>
      ofTopic.test(action)
        ? resources.map((topic) => `${action} on ${topic.slice(topic.lastIndexOf('/') + 1)}`)
        : action,
    );
}
