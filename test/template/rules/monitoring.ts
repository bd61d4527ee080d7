import type { CompiledTemplate } from '#msk';
import { functions, mappings } from './functions.ts';
import { cluster } from './kafka.ts';
import { first, properties, type Rule, resources } from './rule.ts';

interface Metric {
  Namespace: string;
  MetricName: string;
  Dimensions: { Name: string; Value: string }[];
}
interface Alarm extends Partial<Metric> {
  InsufficientDataActions?: string[];
  AlarmActions?: string[];
  AlarmDescription?: string;
  TreatMissingData: string;
  Metrics?: { MetricStat?: { Metric: Metric } }[];
}

/** Event pattern of an EventBridge rule. */
interface SwitchedOff {
  detail: { responseElements?: { functionArn: { exists?: boolean; prefix?: string }[] } };
}

const account = '000000000000';
const alarms = (template: CompiledTemplate) => resources<Alarm>(template, 'AWS::CloudWatch::Alarm');

/** The metrics of an alarm, each as `name Value Value`. */
function watched({ Metrics, ...single }: Alarm): string[] {
  const all = Metrics ? Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) : [single as Metric];
  return all.map(({ MetricName, Dimensions }) => [MetricName, ...Dimensions.map(({ Value }) => Value)].join(' '));
}

export const monitoringRules: Rule[] = [
  {
    name: 'every alarm publishes to AlarmsTopic, and has a description',
    source: 'docs/deploy.md, "Alarms"',
    check: (template) =>
      alarms(template)
        .filter(([, { AlarmActions, AlarmDescription }]) => !AlarmActions?.includes('AlarmsTopic') || !AlarmDescription)
        .map(([id]) => id),
    spoil: (template) => {
      delete first<Alarm>(template, 'AWS::CloudWatch::Alarm').AlarmActions;
    },
  },
  {
    name: 'an alarm on missing data publishes to AlarmsTopic, and only if there was data before',
    source: 'CloudWatch guide, "Configuring how CloudWatch alarms treat missing data"',
    check: (template) =>
      alarms(template)
        .filter(
          ([, { TreatMissingData, InsufficientDataActions }]) =>
            TreatMissingData !== 'notBreaching' &&
            !(TreatMissingData === 'missing' && InsufficientDataActions?.includes('AlarmsTopic')),
        )
        .map(([id, { TreatMissingData }]) => `${id}: missing data is ${TreatMissingData}`),
    spoil: (template) => {
      const [[, alarm] = []] = alarms(template).filter(([id]) => id.endsWith('LagMissing'));
      if (alarm) alarm.TreatMissingData = 'breaching';
    },
  },
  {
    name: 'every group has an alarm on growing lag, and one on missing lag',
    source: 'MSK guide, "Monitor consumer lags"',
    check: (template) => {
      const { ClusterName } = cluster(template);
      return mappings(template).flatMap(([id, { Topics, AmazonManagedKafkaEventSourceConfig }]) => {
        const group = `${ClusterName} ${AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId} ${Topics[0]}`;
        const needed = [
          { lag: [`SumOffsetLag ${group}`], missing: 'missing' },
          // The number of records alone would raise it under load, when records are always in flight.
          { lag: [`SumOffsetLag ${group}`, `EstimatedMaxTimeLag ${group}`], missing: 'notBreaching' },
        ];
        return needed
          .filter(
            ({ lag, missing }) =>
              !alarms(template).some(
                ([, alarm]) => alarm.TreatMissingData === missing && watched(alarm).toString() === lag.toString(),
              ),
          )
          .map(({ lag, missing }) => `${id}: no alarm on ${lag.join(', ')} for which missing data is ${missing}`);
      });
    },
    spoil: (template) => {
      const [id = ''] = alarms(template).find(([name]) => name.endsWith('LagMissing')) ?? [];
      delete template.Resources[id];
    },
  },
  {
    name: 'every function with a mapping has alarms on failures and dead letters',
    source: 'docs/deploy.md, "Alarms"',
    check: (template) =>
      [...new Set(mappings(template).map(([, { FunctionName }]) => FunctionName.replace(/\.Arn$/, '')))].flatMap(
        (id) => {
          const name = functions(template).find(([found]) => found === id)?.[1].FunctionName ?? '';
          const key = name.split('-').at(-1);
          const all = alarms(template).flatMap(([, alarm]) => watched(alarm));
          return [`Errors ${id}`, `Throttles ${id}`, `FailedBatches ${key}`, `DeadLetters ${key}`].filter(
            (metric) => !all.includes(metric),
          );
        },
      ),
    spoil: (template) => {
      delete template.Resources['ProcessTelemetryDeadLetters'];
    },
  },
  {
    name: 'every broker, the database, every table and OpenSearch have alarms',
    source:
      'MSK guide, "Best practices for Standard brokers"; OpenSearch Service guide, "Recommended CloudWatch alarms"',
    check: (template) => {
      const { ClusterName, NumberOfBrokerNodes } = cluster(template);
      const all = alarms(template).flatMap(([, alarm]) => watched(alarm));
      const needed = [
        ...['OfflinePartitionsCount', 'ActiveControllerCount'].map((name) => `${name} ${ClusterName}`),
        ...Array.from({ length: NumberOfBrokerNodes }, (_, index) => index + 1).flatMap((broker) =>
          ['KafkaDataLogsDiskUsed', 'CpuUser', 'CpuSystem', 'UnderReplicatedPartitions'].map(
            (name) => `${name} ${ClusterName} ${broker}`,
          ),
        ),
        ...['ACUUtilization', 'DatabaseConnections'].map((name) => `${name} ${ClusterName}`),
        ...resources(template, 'AWS::DynamoDB::Table').flatMap(([id]) =>
          ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) => `${name} ${id}`),
        ),
        ...resources(template, 'AWS::OpenSearchService::Domain').flatMap(() =>
          ['ClusterStatus.red', 'ClusterIndexWritesBlocked'].map((name) => `${name} ${ClusterName} ${account}`),
        ),
        ...resources(template, 'AWS::OpenSearchServerless::Collection').map(
          ([id]) => `IngestionRequestErrors ${account} ${id} ${ClusterName}`,
        ),
      ];
      return needed.filter((metric) => !all.includes(metric));
    },
    spoil: (template) => {
      delete template.Resources['Broker3DiskFull'];
    },
  },
  {
    name: 'the alarm on a disabled mapping matches all functions of this stack, and events without a function',
    source: 'CloudTrail guide, "Lambda events"; EventBridge guide, "Comparison operators"',
    check: (template) => {
      const { EventPattern } = properties<{ EventPattern: SwitchedOff }>(template, 'MappingSwitchedOff');
      const { functionArn = [] } = EventPattern.detail.responseElements ?? {};
      const stem = functionArn.find(({ prefix }) => prefix)?.prefix ?? '*';
      return [
        ...(functionArn.some(({ exists }) => exists === false) ? [] : ['an event without a function is ignored']),
        ...functions(template)
          .map(([, { FunctionName }]) => `arn:aws:lambda:us-east-1:${account}:function:${FunctionName}`)
          .filter((arn) => !arn.startsWith(stem) || stem.endsWith(':function:')),
      ];
    },
    spoil: (template) => {
      const { EventPattern } = properties<{ EventPattern: SwitchedOff }>(template, 'MappingSwitchedOff');
      delete EventPattern.detail.responseElements;
    },
  },
];
