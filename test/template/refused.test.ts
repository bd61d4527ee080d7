import type { CompiledTemplate } from '#msk';
import { kafkaRules } from './rules/kafka.ts';
import { lifecycleRules } from './rules/lifecycle.ts';
import { nameRules } from './rules/names.ts';
import { policyRules } from './rules/policies.ts';
import type { Rule } from './rules/rule.ts';
import { sizeRules } from './rules/sizes.ts';

/** Applies rules to templates with one resource: more inputs than in rules.test.ts, and without packaging. */
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
])('%s %j is rejected: %j', (type, properties, expected) => {
  expect(finds(named(nameRules, 'names and descriptions'), type, properties)).toBe(expected);
});

test.each([
  ['3.9.x.kraft', 'kafka.t3.small', true],
  ['4.1.x.kraft', 'kafka.t3.small', true],
  ['3.9.x.kraft', 'kafka.m7g.large', false],
  ['3.9.x.kraft', 'kafka.m5.2xlarge', false],
  ['3.9.x.kraft', 'kafka.m7g.small', true],
  ['3.6.x.kraft', 'kafka.m7g.large', true],
])('Kafka %s on %s is rejected: %j', (KafkaVersion, InstanceType, expected) => {
  const cluster = { KafkaVersion, BrokerNodeGroupInfo: { InstanceType } };

  expect(finds(named(kafkaRules, 'Amazon MSK runs this version'), 'AWS::MSK::Cluster', cluster)).toBe(expected);
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
])('%j admitted with the condition %j is rejected: %j', (services, condition, expected) => {
  const rule = named(policyRules, 'policies admit EventBridge');
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
  ['on the day on which they expire', [moves(30), ends(30, 'user-login/')], true],
  ['two weeks before they expire', [moves(30), ends(44, 'user-login/')], true],
  ['by a wider prefix', [moves(30, 'user-'), ends(30, 'user-login/')], true],
  ['too young', [moves(7, 'orders/')], true],
  ['a month before they expire', [moves(30), ends(60, 'user-login/')], false],
  ['under another prefix', [moves(30, 'orders/'), ends(30, 'orders-dlq/')], false],
])('objects that move %s: %#', (_, Rules, expected) => {
  const bucket = { LifecycleConfiguration: { Rules } };

  expect(finds(named(lifecycleRules, 'no object moves'), 'AWS::S3::Bucket', bucket)).toBe(expected);
});

const topic = (configs: object) => ({
  TopicName: 'orders',
  Configs: Buffer.from(JSON.stringify(configs)).toString('base64'),
});
test.each([
  ['the largest record of a topic', { 'max.message.bytes': '1310720' }, true],
  ['the largest record of a topic', { 'max.message.bytes': '1048576' }, true],
  ['the largest record of a topic', {}, true],
  ['the largest record of a topic', { 'max.message.bytes': '1045845' }, false],
  ["a topic's limit applies", { 'compression.type': 'producer' }, true],
  ["a topic's limit applies", { 'compression.type': 'zstd' }, true],
  ["a topic's limit applies", {}, true],
])('%s, %j is rejected: %j', (rule, configs, expected) => {
  expect(finds(named(sizeRules, rule), 'AWS::MSK::Topic', topic(configs))).toBe(expected);
});
