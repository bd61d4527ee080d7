import {
  allows,
  functions,
  type LambdaFunction,
  type Mapping,
  mappings,
  roleOf,
  statements,
  statementsOf,
} from './functions.ts';
import type { Topic } from './kafka.ts';
import { properties, type Rule, resources } from './rule.ts';

/** Actions that may be allowed on `*`. */
const unscoped = new Map([
  ['xray:PutTraceSegments', 'X-Ray has no resources'],
  ['xray:PutTelemetryRecords', 'X-Ray has no resources'],
  ['ec2:CreateNetworkInterface', 'a network interface has no ARN before it is created'],
  ['ec2:DeleteNetworkInterface', 'Lambda creates the network interface, so its id is unknown'],
  ['ec2:DescribeNetworkInterfaces', 'EC2 has no resources for Describe actions'],
  ['ec2:DescribeSecurityGroups', 'EC2 has no resources for Describe actions'],
  ['ec2:DescribeSubnets', 'EC2 has no resources for Describe actions'],
  ['ec2:DescribeVpcs', 'EC2 has no resources for Describe actions'],
  ['cloudwatch:GetMetricData', 'CloudWatch has no resource types for metrics'],
  ['glue:GetSchemaVersion', 'the call names a version, and no registry or schema'],
]);

const topicArn = (name: string) => `arn:aws:kafka:us-east-1:000000000000:topic/pipeline/uuid/${name}`;
const groupArn = (name: string) => `arn:aws:kafka:us-east-1:000000000000:group/pipeline/uuid/${name}`;
const clusterArn = 'arn:aws:kafka:us-east-1:000000000000:cluster/pipeline/uuid';

const MAPPING_POLICY = 'msk-event-source-mappings';
/** Of 10,240. An ARN of a real cluster has some 50 characters more than the ones here. */
const MOST_POLICY_CHARACTERS = 8_000;

/** Variables that name a resource. The function must be allowed at least one of the actions. */
const variables: { variable: RegExp; actions: string[]; resource: (value: string) => string }[] = [
  { variable: /_TOPIC$/, actions: ['kafka-cluster:WriteData'], resource: topicArn },
  { variable: /_TOPIC_ARN$/, actions: ['sns:Publish'], resource: (value) => value },
  {
    variable: /_TABLE$/,
    actions: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'Query', 'PartiQLInsert'].map(
      (name) => `dynamodb:${name}`,
    ),
    resource: (value) => `${value}.Arn`,
  },
  {
    variable: /_BUCKET$/,
    actions: ['s3:PutObject', 's3:GetObject'],
    resource: (value) => `${value}.Arn/demo_topic/`, // smoke may only read the objects of demo_topic
  },
  { variable: /^DATABASE_ARN$/, actions: ['rds-data:ExecuteStatement'], resource: (value) => value },
  { variable: /^KAFKA_SECRET_ARN$/, actions: ['secretsmanager:GetSecretValue'], resource: (value) => value },
  { variable: /^DATABASE_SECRET_ARN$/, actions: ['secretsmanager:GetSecretValue'], resource: (value) => value },
];

export const roleRules: Rule[] = [
  {
    name: 'every function has its own role',
    source: 'docs/security.md, rule 1',
    check: (template) => {
      const roles = functions(template).map(([, fn]) => fn.Role);
      return functions(template)
        .filter(([, fn]) => roles.indexOf(fn.Role) !== roles.lastIndexOf(fn.Role) || /^Iam/.test(fn.Role))
        .map(([id, fn]) => `${id} runs as ${fn.Role}: give it iamRoleStatements`);
    },
    spoil: (template) => {
      for (const [, fn] of functions(template)) fn.Role = 'IamRoleLambdaExecution.Arn';
    },
  },
  {
    name: 'no role allows a whole service; an action on all resources has a reason',
    source: 'docs/security.md, rule 1; Service Authorization Reference',
    check: (template) =>
      functions(template).flatMap(([id, fn]) =>
        statements(template, fn).flatMap(({ actions, resources }) => [
          ...actions.filter((action) => action.includes('*')).map((action) => `${id} may ${action}`),
          ...(resources.includes('*') ? actions.filter((action) => !unscoped.has(action)) : []).map(
            (action) => `${id} may ${action} on everything`,
          ),
          // A star may only be at the end, after a prefix.
          ...resources
            .filter((resource) => resource !== '*' && /\*./.test(resource.replace(/:\*:\*$/, ':*')))
            .map((resource) => `${id} may use ${resource}`),
        ]),
      ),
    spoil: (template) => {
      const [[, fn] = []] = functions(template);
      if (!fn) return;
      roleOf(template, fn).Policies[0]?.PolicyDocument.Statement.push({
        Action: 'kafka-cluster:WriteData',
        Resource: '*',
      });
    },
  },
  {
    name: 'the only AWS managed policy of a role is the one for the VPC',
    source: 'docs/security.md, rule 1; Lambda guide, "Giving Lambda functions access to resources in an Amazon VPC"',
    check: (template) =>
      functions(template).flatMap(([id, fn]) =>
        (roleOf(template, fn).ManagedPolicyArns ?? [])
          .filter((arn) => !arn.endsWith(':iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'))
          .map((arn) => `${id} has ${arn}`),
      ),
    spoil: (template) => {
      const [[, fn] = []] = functions(template);
      if (fn) roleOf(template, fn).ManagedPolicyArns = ['arn:aws:iam::aws:policy/AmazonS3FullAccess'];
    },
  },
  {
    name: 'the policy of plugins/msk allows what Lambda asks for the mappings, and nothing else',
    source: 'Lambda guide, "Configuring Lambda permissions for Amazon MSK event source mappings"',
    check: (template) =>
      functions(template).flatMap(([id, fn]) => {
        const own = mappings(template).filter(([, , mapped]) => mapped === fn);
        const asked = new Set(own.flatMap(([, mapping]) => askedFor(mapping)));
        const policies = roleOf(template, fn).Policies.filter(({ PolicyName }) => PolicyName === MAPPING_POLICY);
        const allowed = new Set(
          statementsOf(policies).flatMap(({ actions, resources }) =>
            actions.flatMap((action) => resources.map((resource) => `${action} on ${resource}`)),
          ),
        );
        return [
          ...[...asked].filter((one) => !allowed.has(one)).map((permission) => `${id} lacks ${permission}`),
          ...[...allowed]
            .filter((one) => !asked.has(one))
            .map((permission) => `${id} may ${permission}, which no mapping needs`),
        ];
      }),
    spoil: (template) => {
      const [[, mapping] = []] = mappings(template);
      if (mapping) mapping.AmazonManagedKafkaEventSourceConfig = { ConsumerGroupId: 'of-another-function-v1' };
    },
  },
  {
    name: 'the inline policies of a role are within their quota, with room for long names',
    source: 'IAM guide, "IAM and AWS STS quotas": role policy size, 10,240 characters without white space',
    check: (template) =>
      functions(template)
        .map(([id, fn]): [string, number] => [id, policyCharacters(roleOf(template, fn).Policies)])
        .filter(([, characters]) => characters > MOST_POLICY_CHARACTERS)
        .map(([id, characters]) => `${id}: ${characters} characters`),
    spoil: (template) => {
      const fn = properties<LambdaFunction>(template, 'InsertIntoRdsLambdaFunction');
      const Resource = Array.from({ length: 100 }, (_, index) => topicArn(`topic-${index}`));
      roleOf(template, fn).Policies[0]?.PolicyDocument.Statement.push({ Action: 'kafka-cluster:WriteData', Resource });
    },
  },
  {
    name: 'the resources in the environment exist, and the role may use them',
    source: 'docs/security.md, rule 1',
    check: (template) => {
      const topics = resources<Topic>(template, 'AWS::MSK::Topic').map(([, topic]) => topic.TopicName);
      return functions(template).flatMap(([id, fn]) => {
        const granted = statements(template, fn);
        return environment(fn).flatMap(([name, value]) => [
          ...(name.endsWith('_TOPIC') && !topics.includes(value)
            ? [`${id}: there is no topic ${value} (${name})`]
            : []),
          ...variables
            .filter(({ variable }) => variable.test(name))
            .filter(({ actions, resource }) => !actions.some((action) => allows(granted, action, resource(value))))
            .map(({ actions }) => `${id}: ${name} is ${value}, but its role has none of ${actions.join(', ')} on it`),
        ]);
      });
    },
    spoil: (template) => {
      const [[, fn] = []] = functions(template);
      if (fn) fn.Environment.Variables['DEAD_LETTER_TOPIC'] = 'no-such-dlq';
    },
  },
];

/** What Lambda asks of the function's role for a mapping, as "action on resource". */
function askedFor({ Topics, AmazonManagedKafkaEventSourceConfig: config, ...mapping }: Mapping): string[] {
  const [secret] = (mapping['SourceAccessConfigurations'] ?? []) as { URI: string }[];
  const asked: [resource: string, actions: string[]][] = [
    ['*', ['Create', 'Delete'].map((verb) => `ec2:${verb}NetworkInterface`)],
    ['*', ['NetworkInterfaces', 'SecurityGroups', 'Subnets', 'Vpcs'].map((what) => `ec2:Describe${what}`)],
    [clusterArn, ['DescribeCluster', 'DescribeClusterV2', 'GetBootstrapBrokers'].map((name) => `kafka:${name}`)],
  ];
  const asRole: typeof asked = [
    [clusterArn, ['Connect', 'DescribeClusterDynamicConfiguration'].map((name) => `kafka-cluster:${name}`)],
    ...Topics.map((topic): [string, string[]] => [
      topicArn(topic),
      ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
    ]),
    [groupArn(config?.ConsumerGroupId ?? ''), ['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup']],
  ];
  asked.push(
    ...(secret === undefined ? asRole : [[secret.URI, ['secretsmanager:GetSecretValue']] as [string, string[]]]),
  );
  return asked.flatMap(([resource, actions]) => actions.map((action) => `${action} on ${resource}`));
}

function policyCharacters(policies: object[]): number {
  return JSON.stringify(policies).length;
}

function environment(fn: LambdaFunction): [name: string, value: string][] {
  return Object.entries(fn.Environment.Variables);
}
