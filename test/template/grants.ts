import type { Code } from './code.ts';

/** A command whose action has another name, or none. */
const actionOf = new Map<string, string[]>([
  ['s3:HeadObject', ['s3:GetObject']],
  ['s3:ListObjectsV2', ['s3:ListBucket']],
  // The Data API reads the secret in the caller's name.
  ...['ExecuteStatement', 'BatchExecuteStatement'].map((name): [string, string[]] => [
    `rds-data:${name}`,
    [`rds-data:${name}`, 'secretsmanager:GetSecretValue'],
  ]),
]);

/** In a bundle without being called: the SDK's own inner calls, for other ways to sign in or other kinds of bucket. */
const inner = [/^sts:/, /^sso(-oidc)?:/, /^dynamodb:DescribeEndpoints$/, /^s3:CreateSession$/];

/** Every function's. */
const always = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];
/** What Lambda does for a mapping in the function's name (with-msk-permissions). */
const ofMapping = [
  /^ec2:(Create|Delete|Describe)NetworkInterfaces?$/,
  /^ec2:Describe(SecurityGroups|Subnets|Vpcs)$/,
  /^kafka:(DescribeCluster|DescribeClusterV2|GetBootstrapBrokers)$/,
  /^kafka-cluster:(Connect|DescribeClusterDynamicConfiguration|DescribeTopic|ReadData|DescribeGroup|AlterGroup)$/,
];
const ofSchemaRegistry = ['glue:GetRegistry', 'glue:GetSchemaVersion'];
/** What a Kafka client that produces does. */
const ofProducer = ['kafka-cluster:Connect', 'kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'];
const ofSearch = /^(es:ESHttp|aoss:APIAccessAll$)/;

/** What is known of a function beside its role. */
export interface Use {
  code: Code;
  mapped: boolean;
  /** whether one of its mappings decodes by a schema registry */
  registry: boolean;
  /** commands in its bundle that it never calls */
  uncalled: string[];
}

/** Actions that the code calls and the role lacks, and such that the role has and nobody calls. */
export function misfits(granted: readonly string[], { code, mapped, registry, uncalled }: Use): string[] {
  const called = [...code.commands]
    .filter((command) => !inner.some((pattern) => pattern.test(command)) && !uncalled.includes(command))
    .flatMap((command) => actionOf.get(command) ?? [command]);
  const needed = new Set([...always, ...called]);
  const usable = (action: string) =>
    needed.has(action) ||
    (mapped && ofMapping.some((pattern) => pattern.test(action))) ||
    (registry && ofSchemaRegistry.includes(action)) ||
    (code.kafka && ofProducer.includes(action)) ||
    (code.search && ofSearch.test(action));
  return [
    ...[...needed].filter((action) => !granted.includes(action)).map((action) => `lacks ${action}`),
    ...[...new Set(granted)]
      .filter((action) => !usable(action))
      .map((action) => `may ${action}, but has no use for it`),
  ];
}
