import { role } from './role.ts';
import type { Row } from './rows/row.ts';
import { chosen, deadTopicOf, topicOf } from './rows/rows.ts';

/** The params of serverless.yml. Lists are text with commas. */
export interface Params {
  stage: string;
  cluster: string;
  /** Addresses for the function `kafka`. */
  brokers: string;
  auth: 'none' | 'iam';
  subnets: string;
  securityGroups: string;
  /** "false" while the records that precede the mappings are produced. */
  enabled: string;
  replicas: number;
  /** Ids of rows. Empty: all. */
  only: string;
}

const rowsOf = ({ only }: Params): readonly Row[] => chosen(list(only));

/** Properties that need provisioned mode. */
const PROVISIONED = [
  'functionResponseType',
  'maximumRetryAttempts',
  'maximumRecordAgeInSeconds',
  'bisectBatchOnFunctionError',
];

/** For `functions` of serverless.yml. */
export function functions(params: Params): Record<string, unknown> {
  const { subnets, securityGroups, auth } = params;
  const vpc = { subnetIds: list(subnets), securityGroupIds: list(securityGroups) };
  return {
    probe: {
      handler: 'functions/probe.handler',
      // Every instance is a process here. More of them than this would only wait for each other.
      ...(auth === 'none' && { reservedConcurrency: 6 }),
      events: rowsOf(params)
        .filter(({ raw }) => !raw)
        .map((row) => ({ msk: event(row, params) })),
    },
    kafka: {
      handler: 'functions/kafka.handler',
      memorySize: 1024,
      environment: { KAFKA_BROKERS: params.brokers, KAFKA_AUTH: params.auth },
      ...(subnets !== '' && { vpc }),
    },
  };
}

const list = (text: string): string[] => text.split(',').filter(Boolean);

function event(row: Row, { stage, cluster, enabled }: Params): Record<string, unknown> {
  const { mapping = {} } = row;
  const provisioned = row.dead === true || PROVISIONED.some((name) => name in mapping);
  return {
    arn: cluster,
    topic: topicOf(stage, row),
    consumerGroupId: topicOf(stage, row),
    startingPosition: 'TRIM_HORIZON',
    maximumBatchingWindow: 0,
    enabled: String(enabled) === 'true',
    ...mapping,
    ...(row.dead && { destinations: { onFailure: `kafka://${deadTopicOf(stage, row)}` } }),
    // One group, so one set of pollers is billed.
    ...(provisioned && {
      provisionedPollerConfig: { minimumPollers: 1, maximumPollers: 2, pollerGroupName: `conform-${stage}` },
    }),
  };
}

/** For `resources` of serverless.yml: the topics, the role, and the mappings that can't be events. */
export function resources(params: Params): { Resources: Record<string, unknown> } {
  const { stage, auth } = params;
  const topics = rowsOf(params).flatMap((row) => [
    [topicId(row), topic(topicOf(stage, row), row, params)],
    ...(row.dead ? [[`${topicId(row)}Dead`, topic(deadTopicOf(stage, row), { ...row, partitions: 1 }, params)]] : []),
  ]);
  const mappings = rowsOf(params)
    .filter(({ raw }) => raw && auth === 'none')
    .map((row) => [`${topicId(row)}Mapping`, rawMapping(row, params)]);
  const ids = topics.map(([id]) => id as string);
  return { Resources: Object.fromEntries([...topics, ['ConformanceRole', role(params, ids)], ...mappings]) };
}

const topicId = ({ id }: Row): string =>
  `Topic${id.replaceAll(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase())}`;

function topic(name: string, { partitions = 1, topicConfigs = {} }: Row, { cluster, replicas }: Params) {
  return {
    Type: 'AWS::MSK::Topic',
    Properties: {
      ClusterArn: cluster,
      TopicName: name,
      PartitionCount: partitions,
      ReplicationFactor: replicas,
      Configs: Buffer.from(JSON.stringify(topicConfigs)).toString('base64'),
    },
  };
}

function rawMapping(row: Row, { stage, cluster }: Params) {
  return {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: cluster,
      FunctionName: { 'Fn::GetAtt': ['ProbeLambdaFunction', 'Arn'] },
      Topics: [topicOf(stage, row)],
      StartingPosition: 'TRIM_HORIZON',
      MaximumBatchingWindowInSeconds: 0,
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: topicOf(stage, row) },
      ...row.raw,
    },
  };
}
