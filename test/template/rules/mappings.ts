import type { CompiledTemplate } from '#msk';
import { type LambdaFunction, type Mapping, mappings } from './functions.ts';
import { first, type Rule, resources } from './rule.ts';

/** With any of these Lambda could drop a record (docs/invariants.md, 2). */
const dropping = [
  'MaximumRetryAttempts',
  'MaximumRecordAgeInSeconds',
  'BisectBatchOnFunctionError',
  'DestinationConfig',
];
/** Properties of other event sources; cfn-lint accepts them for Amazon MSK. */
const foreign = ['TumblingWindowInSeconds', 'ParallelizationFactor', 'ScalingConfig', 'Queues'];
/** Lambda's limit for a function with a Kafka mapping, in seconds (with-msk-configure). */
const longestTimeout = 14 * 60;
/** The limit of pollers in one group (kafka-scaling-modes). */
const mostPollers = 2000;

const mapping = (template: CompiledTemplate) => first<Mapping>(template, 'AWS::Lambda::EventSourceMapping');
const fn = (template: CompiledTemplate): LambdaFunction => {
  const [found] = mappings(template);
  if (!found) throw new Error('the template has no event source mapping');
  return found[2];
};
const group = (mapping: Mapping) => mapping.AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId ?? '';
const reports = (mapping: Mapping) => mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false;

export const mappingRules: Rule[] = [
  {
    name: 'a mapping retries without limit, and drops nothing',
    source: 'docs/invariants.md, 2; Lambda API reference, CreateEventSourceMapping',
    check: (template) =>
      mappings(template).flatMap(([id, mapping]) =>
        [...dropping, ...foreign].filter((name) => name in mapping).map((name) => `${id} has ${name}`),
      ),
    spoil: (template) => {
      mapping(template)['MaximumRetryAttempts'] = 3;
    },
  },
  {
    name: 'a function reports failures if, and only if, its mappings read the report',
    source: 'Lambda guide, "Configuring error handling controls for Kafka event sources"; docs/invariants.md, 3',
    check: (template) =>
      mappings(template)
        .filter(
          ([, mapping, fn]) => fn.Environment.Variables['HANDING_BACK'] !== (reports(mapping) ? 'report' : 'throw'),
        )
        .map(([id, , fn]) => `${id}: HANDING_BACK is ${fn.Environment.Variables['HANDING_BACK']}`),
    spoil: (template) => {
      fn(template).Environment.Variables['HANDING_BACK'] = 'throw';
    },
  },
  {
    name: 'an on-demand mapping has no property of provisioned mode',
    source: 'Lambda guide, "Apache Kafka event poller scaling modes": Advanced error handling',
    check: (template) =>
      mappings(template)
        .filter(([, mapping]) => !mapping.ProvisionedPollerConfig)
        .flatMap(([id, mapping]) => [
          ...[...dropping, 'FunctionResponseTypes', 'LoggingConfig']
            .filter((name) => name in mapping)
            .map((name) => `${id} has ${name} without ProvisionedPollerConfig`),
          ...(mapping.AmazonManagedKafkaEventSourceConfig?.SchemaRegistryConfig
            ? [`${id} has a schema registry without ProvisionedPollerConfig`]
            : []),
        ]),
    spoil: (template) => {
      delete mapping(template).ProvisionedPollerConfig;
    },
  },
  {
    name: 'all provisioned mappings share one poller group, within its limit',
    source: 'Lambda guide, "Configuring Amazon MSK event sources": PollerGroupName; 2,000 pollers',
    check: (template) => {
      const pollers = mappings(template).flatMap(([, mapping]) => mapping.ProvisionedPollerConfig ?? []);
      const groups = new Set(pollers.map(({ PollerGroupName }) => PollerGroupName));
      const most = pollers.reduce((sum, { MaximumPollers }) => sum + MaximumPollers, 0);
      return [
        ...(groups.size > 1 || groups.has(undefined) ? [`poller groups: ${[...groups].join(', ')}`] : []),
        ...(most > mostPollers ? [`${most} pollers in all`] : []),
        ...pollers
          .filter(({ MinimumPollers, MaximumPollers }) => MinimumPollers > MaximumPollers)
          .map(({ MinimumPollers, MaximumPollers }) => `pollers from ${MinimumPollers} to ${MaximumPollers}`),
      ];
    },
    spoil: (template) => {
      delete mapping(template).ProvisionedPollerConfig?.PollerGroupName;
    },
  },
  {
    name: 'each mapping has its own consumer group, whose name ends in a version',
    source: 'Lambda guide, "Customizable consumer group ID"',
    check: (template) => {
      const groups = mappings(template).map(([, mapping]) => group(mapping));
      return [
        ...groups.filter((name) => !/^[\w.-]+-v\d+$/.test(name)).map((name) => `group "${name}" has no version`),
        ...groups
          .filter((name, index) => groups.indexOf(name) !== index)
          .map((name) => `group "${name}" is there twice`),
      ];
    },
    spoil: (template) => {
      mapping(template).AmazonManagedKafkaEventSourceConfig = { ConsumerGroupId: 'archive' };
    },
  },
  {
    name: 'a mapping reads one topic of the template from its beginning',
    source: 'Lambda API reference, CreateEventSourceMapping: Topics; "Polling and stream starting positions"',
    check: (template) => {
      const topics = resources<{ TopicName: string }>(template, 'AWS::MSK::Topic').map(([, topic]) => topic.TopicName);
      return mappings(template)
        .filter(
          ([, { Topics, StartingPosition }]) =>
            Topics.length !== 1 || !topics.includes(Topics[0] ?? '') || StartingPosition !== 'TRIM_HORIZON',
        )
        .map(([id, { Topics, StartingPosition }]) => `${id} reads ${Topics.join(', ')} from ${StartingPosition}`);
    },
    spoil: (template) => {
      mapping(template).Topics = ['no-such-topic'];
    },
  },
  {
    name: 'a function with a mapping has a timeout of at most 14 minutes',
    source: 'Lambda guide, "Configuring Amazon MSK event sources": 14 minutes',
    check: (template) =>
      mappings(template)
        .filter(([, , fn]) => fn.Timeout > longestTimeout)
        .map(([id, , fn]) => `${id} calls a function with a timeout of ${fn.Timeout} s`),
    spoil: (template) => {
      fn(template).Timeout = 900;
    },
  },
  {
    name: 'mappings are created after migrations and catalogue',
    source: 'docs/deploy.md, "First deployment"',
    check: (template) =>
      mappings(template)
        .filter(([id]) => ![template.Resources[id]?.DependsOn].flat().includes('SetUp'))
        .map(([id]) => `${id} doesn't depend on SetUp`),
    spoil: (template) => {
      for (const [id] of mappings(template)) delete template.Resources[id]?.DependsOn;
    },
  },
];
