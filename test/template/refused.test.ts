import type { CompiledTemplate } from '#msk';
import { kafkaRules } from './rules/kafka.ts';
import { lifecycleRules } from './rules/lifecycle.ts';
import { nameRules } from './rules/names.ts';
import { policyRules } from './rules/policies.ts';
import type { Rule } from './rules/rule.ts';
import { sizeRules } from './rules/sizes.ts';

/** What rules find in templates of one resource: as rules.test.ts, but many inputs of a kind, and no packaging. */
const of = (Type: string, Properties: object) =>
  ({ Resources: { Spoilt: { Type, Properties } } }) as unknown as CompiledTemplate;
const named = (all: readonly Rule[], start: string) => all.find(({ name }) => name.startsWith(start)) as Rule;
const finds = (rule: Rule, Type: string, properties: object) => rule.check(of(Type, properties)).length > 0;

const ingress = 'AWS::EC2::SecurityGroupIngress';
test.each([
  [ingress, { Description: "Kafka's command line" }, true],
  [ingress, { Description: 'Kafka command line' }, false],
  [ingress, { Description: 'functions – all' }, true],
  [ingress, { Description: '"all"' }, true],
  [ingress, { Description: 'x'.repeat(256) }, true],
  [ingress, { Description: 'a-z 0 . _ : / ( ) # , @ [ ] + = & ; { } ! $ *' }, false],
  ['AWS::EC2::SecurityGroup', { GroupDescription: 'all right', SecurityGroupEgress: [{ Description: 'not?' }] }, true],
  ['AWS::Lambda::Function', { FunctionName: 'x'.repeat(65) }, true],
  ['AWS::IAM::Role', { RoleName: 'x'.repeat(65) }, true],
  ['AWS::CloudWatch::Alarm', { AlarmDescription: 'it says "rings", doesn’t it?' }, false],
  ['AWS::OpenSearchService::Domain', { DomainName: 'msk-pipeline-a-stage-of-mine-2' }, true],
  ['AWS::Glue::Database', { DatabaseInput: { Name: 'msk-pipeline' } }, true],
])('%s %j: refused is %j', (type, properties, expected) => {
  expect(finds(named(nameRules, 'names and descriptions'), type, properties)).toBe(expected);
});

test.each([
  ['3.9.x.kraft', 'kafka.t3.small', true],
  ['4.1.x.kraft', 'kafka.t3.small', true],
  ['3.9.x.kraft', 'kafka.m7g.large', false],
  ['3.9.x.kraft', 'kafka.m5.2xlarge', false],
  ['3.9.x.kraft', 'kafka.m7g.small', true],
  ['3.6.x.kraft', 'kafka.m7g.large', true],
])('Kafka %s on %s: refused is %j', (KafkaVersion, InstanceType, expected) => {
  const cluster = { KafkaVersion, BrokerNodeGroupInfo: { InstanceType } };

  expect(finds(named(kafkaRules, 'brokers are of a type'), 'AWS::MSK::Cluster', cluster)).toBe(expected);
});

const letting = (services: string | string[], Condition?: object) => ({
  Statement: [
    { Effect: 'Allow', Principal: { Service: services }, Action: 'sns:Publish', ...(Condition && { Condition }) },
  ],
});
const account = { StringEquals: { 'aws:SourceAccount': '000000000000' } };
test.each([
  [['cloudwatch.amazonaws.com', 'events.amazonaws.com'], account, true],
  ['events.amazonaws.com', { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*' } }, true],
  ['events.amazonaws.com', undefined, false],
  ['cloudwatch.amazonaws.com', account, false],
])('%j let in with %j: refused is %j', (services, condition, expected) => {
  const rule = named(policyRules, 'EventBridge is let into');
  const policy = letting(services, condition);

  expect(finds(rule, 'AWS::SNS::TopicPolicy', { Topics: [], PolicyDocument: policy })).toBe(expected);
  expect(finds(rule, 'AWS::KMS::Key', { KeyPolicy: policy })).toBe(expected);
});

const moves = (TransitionInDays: number, Prefix?: string) => ({
  Id: 'moves',
  ...(Prefix && { Prefix }),
  Transitions: [{ StorageClass: 'STANDARD_IA', TransitionInDays }],
});
const ends = (ExpirationInDays: number, Prefix: string) => ({ Id: 'ends', Prefix, ExpirationInDays });
test.each([
  ['on the day on which it ends', [moves(30), ends(30, 'user-login/')], true],
  ['two weeks before', [moves(30), ends(44, 'user-login/')], true],
  ['by a wider prefix', [moves(30, 'user-'), ends(30, 'user-login/')], true],
  ['before it is old enough', [moves(7, 'orders/')], true],
  ['a month before', [moves(30), ends(60, 'user-login/')], false],
  ['under another prefix', [moves(30, 'orders/'), ends(30, 'orders-dlq/')], false],
])('what moves %s: %#', (_, Rules, expected) => {
  const bucket = { LifecycleConfiguration: { Rules } };

  expect(finds(named(lifecycleRules, 'nothing moves'), 'AWS::S3::Bucket', bucket)).toBe(expected);
});

const topic = (configs: object) => ({
  TopicName: 'orders',
  Configs: Buffer.from(JSON.stringify(configs)).toString('base64'),
});
test.each([
  ['any record that a topic takes', { 'max.message.bytes': '1310720' }, true],
  ['any record that a topic takes', { 'max.message.bytes': '1048576' }, true],
  ['any record that a topic takes', {}, true],
  ['any record that a topic takes', { 'max.message.bytes': '1045845' }, false],
  ["a topic's limit counts", { 'compression.type': 'producer' }, true],
  ["a topic's limit counts", { 'compression.type': 'zstd' }, true],
  ["a topic's limit counts", {}, true],
])('%s, %j: refused is %j', (rule, configs, expected) => {
  expect(finds(named(sizeRules, rule), 'AWS::MSK::Topic', topic(configs))).toBe(expected);
});
