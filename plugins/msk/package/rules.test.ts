import type { MskEventDefinition } from '../serverless.ts';
import type { DeclaredEvent } from './declared-event.ts';
import { violations } from './rules.ts';

const now = Date.UTC(2026, 0, 1);
const provisionedPollerConfig = { minimumPollers: 1, maximumPollers: 3 };
const registry = { schemaRegistryUri: 'arn:aws:glue:us-east-1:000000000000:registry/r', eventRecordFormat: 'JSON' };
const accessConfigs = [{ type: 'BASIC_AUTH', uri: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:s' }];

function event(definition: Partial<MskEventDefinition>, functionKey = 'orders', timeout = 60): DeclaredEvent {
  const topic = definition.topic ?? 'orders';
  return {
    functionKey,
    timeout,
    logicalId: functionKey + topic,
    definition: { arn: { Ref: 'C' }, ...definition, topic },
  };
}

/** For each rule: a wrong definition, a right one, and the line about the wrong one, without function and event. */
const ofAnEvent: [
  name: string,
  wrong: Partial<MskEventDefinition>,
  right: Partial<MskEventDefinition>,
  line: RegExp,
][] = [
  ...[
    { functionResponseType: 'ReportBatchItemFailures' },
    { maximumRetryAttempts: 0 },
    { maximumRecordAgeInSeconds: -1 },
    { bisectBatchOnFunctionError: true },
    { schemaRegistryConfig: registry },
    { loggingConfig: { systemLogLevel: 'INFO' } },
    { destinations: { onFailure: 'kafka://orders.dlq' } },
  ].map((property): (typeof ofAnEvent)[number] => [
    `${Object.keys(property).join('')} needs provisioned mode`,
    property,
    { ...property, provisionedPollerConfig },
    new RegExp(`^${Object.keys(property).join('')}.* works in provisioned mode only. Add provisionedPollerConfig`),
  ]),
  [
    'tumblingWindowInSeconds is not for Amazon MSK',
    { tumblingWindowInSeconds: 60 },
    { tumblingWindowInSeconds: null },
    /^tumblingWindowInSeconds is not for Amazon MSK, but for Kinesis and DynamoDB streams. Remove it/,
  ],
  [
    'parallelizationFactor is not for Amazon MSK',
    { parallelizationFactor: 2 },
    {},
    /^parallelizationFactor is not for Amazon MSK, but for Kinesis and DynamoDB streams. Remove it/,
  ],
  [
    'maximumConcurrency is not for Amazon MSK',
    { maximumConcurrency: 2 },
    {},
    /^maximumConcurrency is not for Amazon MSK, but for Amazon SQS. Remove it/,
  ],
  [
    'a starting timestamp is not in the future',
    { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: now / 1000 + 1 },
    { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: now / 1000 },
    /^startingPositionTimestamp 1767225601 is in the future/,
  ],
  [
    'a starting timestamp needs AT_TIMESTAMP',
    { startingPosition: 'LATEST', startingPositionTimestamp: 1 },
    { startingPosition: 'AT_TIMESTAMP', startingPositionTimestamp: 1 },
    /^startingPositionTimestamp needs startingPosition: AT_TIMESTAMP/,
  ],
  [
    'an on-failure topic is not the source topic',
    { provisionedPollerConfig, destinations: { onFailure: 'kafka://orders' } },
    { provisionedPollerConfig, destinations: { onFailure: 'kafka://orders.dlq' } },
    /^destinations.onFailure kafka:\/\/orders is the topic that the event reads/,
  ],
  [
    'an event has SCRAM or mTLS, not both',
    { saslScram512: 'arn:a', clientCertificateTlsAuth: 'arn:b' },
    { clientCertificateTlsAuth: 'arn:b' },
    /^saslScram512 and clientCertificateTlsAuth exclude each other/,
  ],
  [
    'a Glue registry takes no accessConfigs',
    { provisionedPollerConfig, schemaRegistryConfig: { ...registry, accessConfigs } },
    { provisionedPollerConfig, schemaRegistryConfig: { ...registry, schemaRegistryUri: 'https://r', accessConfigs } },
    /^schemaRegistryConfig.accessConfigs is for a Confluent registry/,
  ],
  [
    'minimumPollers is not more than maximumPollers',
    { provisionedPollerConfig: { minimumPollers: 3, maximumPollers: 2 } },
    { provisionedPollerConfig: { minimumPollers: 2, maximumPollers: 2 } },
    /^minimumPollers 3 is more than maximumPollers 2/,
  ],
  [
    'a filter pattern has at most 4096 characters',
    { filterPatterns: [{ value: ['y'] }, { value: ['x'.repeat(4085)] }] },
    { filterPatterns: [{ value: ['y'] }, { value: ['x'.repeat(4082)] }] },
    /^filterPatterns\[1\] has 4099 characters; Lambda takes 4096/,
  ],
  [
    'a filter pattern with an unknown operator or a wrong operand is rejected',
    { filterPatterns: [{ value: ['y'] }, { value: { speed: [{ numeric: ['>', 'fast'] }] } }] },
    { filterPatterns: [{ value: ['y'] }, { value: { speed: [{ numeric: ['>', 80] }] } }] },
    /^filterPatterns\[1\]: value\.speed: .+\. Lambda would reject it\./,
  ],
  [
    'a filter pattern tests the value only; an intrinsic function is not checked',
    { filterPatterns: [{ key: ['y'] }] },
    { filterPatterns: [{ 'Fn::ImportValue': 'pattern' }] },
    /^filterPatterns\[0\]: Kafka records are filtered on "value" only, not on "key"\./,
  ],
];

test.each(ofAnEvent)('%s', (_, wrong, right, line) => {
  const [said = '', ...more] = violations([event(wrong)], now);

  expect(more).toEqual([]);
  const prefix = 'Function "orders", msk event on topic "orders": ';
  expect(said.startsWith(prefix)).toBe(true);
  expect(said.slice(prefix.length)).toMatch(line);
  expect(violations([event(right)], now)).toEqual([]);
});

test('a property that is switched off, and a destination in SQS, SNS or S3, need no provisioned mode', () => {
  const definition = { bisectBatchOnFunctionError: false, destinations: { onFailure: { 'Fn::GetAtt': ['Q', 'Arn'] } } };

  expect(violations([event(definition)], now)).toEqual([]);
});

test('a batch size over 10 needs no batching window: only streams and SQS need one', () => {
  expect(violations([event({ batchSize: 10_000, maximumBatchingWindow: 0 })], now)).toEqual([]);
});

test('a mapping has at most five filter patterns, or as many as the account’s quota', () => {
  const six = event({ filterPatterns: Array.from({ length: 6 }, (_, n) => ({ value: [String(n)] })) });

  expect(violations([six], now)).toEqual([
    expect.stringMatching(/: filterPatterns has 6 patterns; Lambda takes 5\. .* custom\.msk\.filterQuota\.$/),
  ]);
  expect(violations([six], now, 6)).toEqual([]);
});

test('a function’s timeout is at most 14 minutes', () => {
  expect(violations([event({}, 'orders', 841)], now)).toEqual([
    expect.stringMatching(/^Function "orders", .*: the function's timeout is 841 s; .* may be 840 s/),
  ]);
  expect(violations([event({}, 'orders', 840)], now)).toEqual([]);
});

test('a consumer group is unique in its cluster, across all functions', () => {
  const first = event({ consumerGroupId: 'g', topic: 'a' }, 'one');

  expect(violations([first, event({ consumerGroupId: 'g', topic: 'b' }, 'two')], now)).toEqual([
    expect.stringMatching(/^Function "one", .* "a"; Function "two", .* "b": consumerGroupId "g" must be unique/),
  ]);
  expect(violations([first, event({ consumerGroupId: 'h', topic: 'b' }, 'two')], now)).toEqual([]);
  expect(violations([first, event({ consumerGroupId: 'g', topic: 'b', arn: { Ref: 'D' } }, 'two')], now)).toEqual([]);
});

test('the maximum pollers of a group sum up to at most 2000; the default is 200 for each event', () => {
  const one = event({ topic: 'a', provisionedPollerConfig: { maximumPollers: 1800, pollerGroupName: 'g' } });
  const two = event({ topic: 'b', provisionedPollerConfig: { pollerGroupName: 'g' } });
  const three = event({ topic: 'c', provisionedPollerConfig: { maximumPollers: 1, pollerGroupName: 'g' } });

  expect(violations([one, two], now)).toEqual([]);
  expect(violations([one, two, three], now)).toEqual([
    expect.stringMatching(/^Function "orders", .*: pollerGroupName "g": their maximumPollers sum up to 2001; .* 2000/),
  ]);
});

test('a group of pollers has at most 100 events', () => {
  const poller = { maximumPollers: 1, pollerGroupName: 'g' };
  const events = Array.from({ length: 101 }, (_, n) => event({ topic: `t${n}`, provisionedPollerConfig: poller }));

  expect(violations(events.slice(1), now)).toEqual([]);
  expect(violations(events, now)).toEqual([
    expect.stringMatching(/; and 98 more: pollerGroupName "g": it has 101 events; a group may have 100/),
  ]);
});

test('events that the framework compiles to the same mapping are rejected', () => {
  const [one, two] = [event({ topic: 'a-b' }), event({ topic: 'ab' })];

  expect(violations([one, { ...two, logicalId: one.logicalId }], now)).toEqual([
    expect.stringMatching(/topic "a-b"; .* topic "ab": both compile to ordersa-b, and the framework keeps the last/),
  ]);
  expect(violations([one, two], now)).toEqual([]);
});
