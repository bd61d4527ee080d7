import { jest } from '@jest/globals';
import type { CompiledTemplate } from '../contract.ts';
import { grant } from './grants.ts';
import type { Statement } from './statements.ts';

const cluster = 'arn:aws:kafka:us-east-1:000000000000:cluster/demo/uuid';
const own = { PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement: [] } };

function template(mapping: Record<string, unknown>, role: unknown = { 'Fn::GetAtt': ['Role', 'Arn'] }) {
  const common = { EventSourceArn: cluster, Topics: ['orders'], FunctionName: { 'Fn::GetAtt': ['Orders', 'Arn'] } };
  return {
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [own] } },
      Orders: { Type: 'AWS::Lambda::Function', Properties: { Role: role } },
      Failed: { Type: 'AWS::SQS::Queue' },
      Alarm: { Type: 'AWS::SNS::Topic' },
      Bucket: { Type: 'AWS::S3::Bucket' },
      Connection: { Type: 'AWS::MSK::VpcConnection', Properties: { TargetClusterArn: cluster } },
      Mapping: { Type: 'AWS::Lambda::EventSourceMapping', Properties: { ...common, ...mapping } },
    },
  } satisfies CompiledTemplate;
}

/** The resources of each action in the mapping's role, after the grant. */
function granted(
  mapping: Record<string, unknown>,
  warn: (line: string) => void = jest.fn(),
): Record<string, unknown[]> {
  const { Resources } = grantedTemplate(template(mapping), warn);
  const policies = Resources['Role']?.Properties?.['Policies'] as (typeof own)[];
  const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Statement[]);
  const actions = Map.groupBy(
    statements.flatMap(({ Action, Resource }) =>
      Action.flatMap((name) => [Resource].flat().map((one) => ({ name, one }))),
    ),
    ({ name }) => name,
  );
  return Object.fromEntries([...actions].map(([name, all]) => [name, all.map(({ one }) => one)]));
}

function grantedTemplate(compiled: CompiledTemplate, warn: (line: string) => void): CompiledTemplate {
  grant(compiled, warn);
  return compiled;
}

test('without a secret, the kafka-cluster actions are scoped to cluster, topic and group', () => {
  const actions = granted({ AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'g' } });

  expect(actions).toMatchObject({
    'kafka:DescribeCluster': [cluster],
    'kafka:DescribeClusterV2': [cluster],
    'kafka:GetBootstrapBrokers': [cluster],
    'ec2:CreateNetworkInterface': ['*'],
    'kafka-cluster:Connect': [cluster],
    'kafka-cluster:DescribeTopic': ['arn:aws:kafka:us-east-1:000000000000:topic/demo/uuid/orders'],
    'kafka-cluster:ReadData': ['arn:aws:kafka:us-east-1:000000000000:topic/demo/uuid/orders'],
    'kafka-cluster:AlterGroup': ['arn:aws:kafka:us-east-1:000000000000:group/demo/uuid/g'],
    'kafka-cluster:DescribeGroup': ['arn:aws:kafka:us-east-1:000000000000:group/demo/uuid/g'],
  });
  expect(actions).not.toHaveProperty('kafka-cluster:WriteData');
});

test('for a cluster of the template, the scopes are intrinsic functions', () => {
  const actions = granted({ EventSourceArn: { Ref: 'Cluster' } });

  const stem = (kind: string) => ({ 'Fn::Join': [`:${kind}/`, { 'Fn::Split': [':cluster/', { Ref: 'Cluster' }] }] });
  expect(actions).toMatchObject({
    'kafka-cluster:Connect': [{ Ref: 'Cluster' }],
    'kafka-cluster:ReadData': [{ 'Fn::Join': ['/', [stem('topic'), 'orders']] }],
    // Lambda chooses the group's name.
    'kafka-cluster:AlterGroup': [{ 'Fn::Join': ['/', [stem('group'), '*']] }],
  });
});

test('with a secret, the role may read the secret, and gets no kafka-cluster actions', () => {
  const actions = granted({ SourceAccessConfigurations: [{ Type: 'SASL_SCRAM_512_AUTH', URI: 'arn:secret' }] });

  expect(actions).toMatchObject({
    'secretsmanager:GetSecretValue': ['arn:secret'],
    'kafka:DescribeCluster': [cluster],
  });
  expect(Object.keys(actions).filter((name) => name.startsWith('kafka-cluster:'))).toEqual([]);
});

test.each([
  ['kafka://orders.dlq', { 'kafka-cluster:WriteData': [`${cluster.replace(':cluster', ':topic')}/orders.dlq`] }],
  [{ 'Fn::GetAtt': ['Failed', 'Arn'] }, { 'sqs:SendMessage': [{ 'Fn::GetAtt': ['Failed', 'Arn'] }] }],
  ['arn:aws:sqs:us-east-1:000000000000:q', { 'sqs:SendMessage': ['arn:aws:sqs:us-east-1:000000000000:q'] }],
  [{ Ref: 'Alarm' }, { 'sns:Publish': [{ Ref: 'Alarm' }] }],
  ['arn:aws:s3:::b', { 's3:PutObject': ['arn:aws:s3:::b/*'], 's3:ListBucket': ['arn:aws:s3:::b'] }],
  [
    { 'Fn::GetAtt': ['Bucket', 'Arn'] },
    { 's3:PutObject': [{ 'Fn::Join': ['/', [{ 'Fn::GetAtt': ['Bucket', 'Arn'] }, '*']] }] },
  ],
])('the role may send to the on-failure destination %j', (Destination, expected) => {
  expect(granted({ DestinationConfig: { OnFailure: { Destination } } })).toMatchObject(expected);
});

test('an unknown kind of destination gets no permission, but a warning', () => {
  const warn = jest.fn();

  const actions = granted({ DestinationConfig: { OnFailure: { Destination: { 'Fn::ImportValue': 'x' } } } }, warn);

  expect(Object.keys(actions).filter((name) => /^(sqs|sns|s3):/.test(name))).toEqual([]);
  expect(warn).toHaveBeenCalledWith(
    expect.stringMatching(/^Mapping: unknown kind of destination .*"x".*: grant the permission/),
  );
});

test('the role may read a Glue registry, or the secrets of a Confluent registry', () => {
  const registry = (SchemaRegistryConfig: object) => ({
    AmazonManagedKafkaEventSourceConfig: { SchemaRegistryConfig },
  });
  const glue = { 'Fn::GetAtt': ['Registry', 'Arn'] };

  const ofGlue = granted(registry({ SchemaRegistryURI: glue }));
  const ofConfluent = granted(registry({ SchemaRegistryURI: 'https://r', AccessConfigs: [{ URI: 'arn:secret' }] }));

  expect(ofGlue).toMatchObject({ 'glue:GetRegistry': [glue], 'glue:GetSchemaVersion': ['*'] });
  expect(ofConfluent).toMatchObject({ 'secretsmanager:GetSecretValue': ['arn:secret'] });
  expect(ofConfluent).not.toHaveProperty('glue:GetRegistry');
});

test('for a VPC connection, the cluster is found only if the connection is in the template', () => {
  const warn = jest.fn();

  const known = granted({ EventSourceArn: { Ref: 'Connection' } }, warn);
  expect(warn).not.toHaveBeenCalled();
  const foreign = granted({ EventSourceArn: 'arn:aws:kafka:us-east-1:0:vpc-connection/1/demo/uuid' }, warn);

  expect(known).toMatchObject({
    'kafka:DescribeVpcConnection': [{ Ref: 'Connection' }],
    'kafka-cluster:Connect': [cluster],
  });
  expect(foreign).not.toHaveProperty('kafka-cluster:Connect');
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('does not name its cluster'));
});

test('a second grant changes nothing, and the role keeps its other policies', () => {
  const once = grantedTemplate(template({}), jest.fn());
  const twice = grantedTemplate(structuredClone(once), jest.fn());

  expect(twice).toEqual(once);
  expect(once.Resources['Role']?.Properties?.['Policies']).toEqual([own, expect.anything()]);
});

test.each([
  ['of the same cluster is named by Ref, so that it is created first', cluster, { Ref: 'OrdersTopic' }],
  ['of another cluster is not meant', 'arn:other', 'arn:aws:kafka:us-east-1:000000000000:topic/demo/uuid/orders'],
])('a topic of the template %s', (_, ClusterArn, expected) => {
  const compiled: CompiledTemplate = template({});
  const OrdersTopic = { Type: 'AWS::MSK::Topic', Properties: { ClusterArn, TopicName: 'orders' } };

  const { Resources } = grantedTemplate({ Resources: { ...compiled.Resources, OrdersTopic } }, jest.fn());

  const policies = (Resources['Role']?.Properties?.['Policies'] ?? []) as (typeof own)[];
  const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Statement[]);
  expect(statements).toContainEqual({
    Effect: 'Allow',
    Action: ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
    Resource: expected,
  });
});

test('two mappings with the same role share one policy without duplicate statements', () => {
  const compiled: CompiledTemplate = template({});
  const { Mapping } = compiled.Resources;
  if (!Mapping) throw new Error('no mapping');
  const Other = { ...Mapping, Properties: { ...Mapping.Properties, Topics: ['trips'] } };

  const { Resources } = grantedTemplate({ Resources: { ...compiled.Resources, Other } }, jest.fn());

  const policies = (Resources['Role']?.Properties?.['Policies'] ?? []) as (typeof own)[];
  const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement as Statement[]);
  expect(policies).toHaveLength(2);
  expect(statements.filter(({ Action }) => Action.includes('kafka-cluster:Connect'))).toHaveLength(1);
  expect(statements.filter(({ Action }) => Action.includes('kafka-cluster:ReadData'))).toEqual([
    {
      Effect: 'Allow',
      Action: ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
      Resource: ['orders', 'trips'].map((topic) => `arn:aws:kafka:us-east-1:000000000000:topic/demo/uuid/${topic}`),
    },
  ]);
});

test.each(['arn:aws:iam::000000000000:role/shared', { 'Fn::ImportValue': 'shared-role' }])(
  'the role %j is not changed, and a warning says so',
  (role) => {
    const warn = jest.fn();
    const before = template({}, role);

    const after = grantedTemplate(structuredClone(before), warn);

    expect(after).toEqual(before);
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(/^Mapping: the role of its function is not in this template/),
    );
  },
);
