import type { CompiledTemplate } from '#msk';
import { type Acl, aclsOf } from './acls.ts';

const CLUSTER = 'arn:aws:kafka:us-east-1:000000000000:cluster/pipeline/uuid';
const references = {
  Msk: { Ref: CLUSTER },
  Orders: { Ref: 'arn:aws:kafka:us-east-1:000000000000:topic/local/orders' },
};

const all = (kind: 'topic' | 'group', name: string) => ({
  'Fn::Join': ['/', [{ 'Fn::Join': [`:${kind}/`, { 'Fn::Split': [':cluster/', { Ref: 'Msk' }] }] }, name]],
});

/** A function with these statements, and a mapping of `orders` that logs in with a secret. */
function templateWith(Statement: object[]): CompiledTemplate {
  return {
    Resources: {
      Orders: { Type: 'AWS::MSK::Topic', Properties: { TopicName: 'orders', ClusterArn: { Ref: 'Msk' } } },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { Policies: [{ PolicyName: 'own', PolicyDocument: { Statement } }] },
      },
      Fn: { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
      Mapping: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          EventSourceArn: { Ref: 'Msk' },
          FunctionName: { 'Fn::GetAtt': ['Fn', 'Arn'] },
          Topics: ['orders'],
          AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'orders-v1' },
          SourceAccessConfigurations: [{ Type: 'SASL_SCRAM_512_AUTH', URI: 'arn:secret' }],
        },
      },
    },
  };
}

const allow = (Action: string | string[], Resource: unknown) => ({ Effect: 'Allow', Action, Resource });

function aclsFor(statements: object[]): string[] {
  const template = templateWith(statements);
  const shown = ({ user, operation, resource, pattern, name }: Acl) =>
    [user, operation, resource, pattern, name].join(' ');
  return aclsOf(template, { template, references }, new Map([['Fn', 'fn']])).map(shown);
}

const OF_MAPPING = [
  'fn DESCRIBE_CONFIGS CLUSTER LITERAL kafka-cluster',
  'fn DESCRIBE TOPIC LITERAL orders',
  'fn READ TOPIC LITERAL orders',
  'fn DESCRIBE GROUP LITERAL orders-v1',
  'fn READ GROUP LITERAL orders-v1',
];

test("a mapping's user may read its topic and join its group, also where the mapping has a secret", () => {
  expect(aclsFor([])).toEqual(OF_MAPPING);
});

test('the user of a function may do on Kafka what its role says, once, and nothing for other services', () => {
  const write = allow(
    ['kafka-cluster:DescribeTopic', 'kafka-cluster:WriteData'],
    [{ Ref: 'Orders' }, all('topic', 'a')],
  );
  const acls = aclsFor([write, allow('s3:GetObject', '*'), allow('kafka-cluster:Connect', { Ref: 'Msk' })]);

  expect(acls.filter((acl) => acl === 'fn DESCRIBE TOPIC LITERAL orders')).toHaveLength(1);
  expect(new Set(acls)).toEqual(
    new Set([
      ...OF_MAPPING,
      'fn WRITE TOPIC LITERAL orders',
      'fn DESCRIBE TOPIC LITERAL a',
      'fn WRITE TOPIC LITERAL a',
    ]),
  );
});

test('a star means everything, or everything with a prefix', () => {
  const acls = aclsFor([
    allow('kafka-cluster:DescribeGroup', all('group', '*')),
    allow('kafka-cluster:ReadData', all('topic', 'raw-*')),
  ]);

  expect(acls).toEqual(expect.arrayContaining(['fn DESCRIBE GROUP LITERAL *', 'fn READ TOPIC PREFIXED raw-']));
});

test.each([
  ['an unknown action', allow('kafka-cluster:Fly', { Ref: 'Msk' }), 'no ACL is known for kafka-cluster:Fly'],
  ['a star in the middle', allow('kafka-cluster:ReadData', all('topic', 'a*b')), 'a star may only be at the end'],
  [
    'a condition',
    { ...allow('kafka-cluster:ReadData', { Ref: 'Orders' }), Condition: { Bool: {} } },
    "Fn: a statement about Kafka with a condition or an exception can't be read here",
  ],
  [
    'a refusal',
    { Effect: 'Deny', Action: 'kafka-cluster:ReadData', Resource: { Ref: 'Orders' } },
    "with a condition or an exception can't be read here",
  ],
])('a statement without an ACL that means the same is an error: %s', (_, statement, message) => {
  expect(() => aclsFor([statement])).toThrow(message);
});
