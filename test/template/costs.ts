import type { CompiledTemplate } from '#msk';
import { mappings } from './rules/functions.ts';
import { type Cluster, cluster, topics } from './rules/kafka.ts';
import { resources } from './rules/rule.ts';

const HOURS = 730;

/** USD in us-east-1, from AWS's pages of November 2026. docs/deploy.md says which prices could be looked up. */
const prices = {
  /** of a broker, per hour */
  brokers: { 'kafka.m7g.large': 0.204 } as Readonly<Record<string, number>>,
  brokerGiB: 0.1,
  /** of an event poller unit, per hour (Lambda guide, "Apache Kafka event poller scaling modes") */
  pollerUnit: 0.185,
  natGateway: 0.045,
  interfaceEndpoint: 0.01,
  /** of each metric in an alarm */
  alarmMetric: 0.1,
  /** of a custom metric, and of a billed metric of Amazon MSK or a mapping (for the first 10,000) */
  metric: 0.3,
};

/** Default number of a group's pollers in one unit ("Apache Kafka event poller scaling modes"). */
const POLLERS_PER_UNIT = 10;

/**
 * Metrics that each level adds to DEFAULT, which is free: for each broker, and for each topic on each broker. All of
 * them count, even without values (MSK guide, "Metrics for monitoring Standard brokers with CloudWatch", without CPU
 * credits).
 */
const brokerMetrics: Readonly<Record<string, { broker: number; topic: number }>> = {
  DEFAULT: { broker: 0, topic: 0 },
  PER_BROKER: { broker: 45, topic: 0 },
  PER_TOPIC_PER_BROKER: { broker: 45, topic: 3 },
};
/** Metrics of a mapping for each group in MetricsConfig (Lambda guide, "Event source mapping metrics"). */
const mappingMetrics: Readonly<Record<string, number>> = { EventCount: 7, ErrorCount: 5, KafkaMetrics: 2 };
/** Metrics of each function with a mapping: Records, Processed, DeadLetters, FailedBatches (lib/observability). */
const OWN_METRICS = 4;

interface Monitored extends Cluster {
  EnhancedMonitoring: string;
  BrokerNodeGroupInfo: Cluster['BrokerNodeGroupInfo'] & { StorageInfo: { EBSStorageInfo: { VolumeSize: number } } };
}

/** The minimum number of billed units: the sum of each group's MinimumPollers, divided by 10 and rounded up. */
export function pollerUnits(template: CompiledTemplate): number {
  const pollers = mappings(template).flatMap(([, { ProvisionedPollerConfig }]) => ProvisionedPollerConfig ?? []);
  const groups = Map.groupBy(pollers, (each) => each.PollerGroupName ?? each);
  return [...groups.values()]
    .map((group) => Math.ceil(group.reduce((sum, { MinimumPollers }) => sum + MinimumPollers, 0) / POLLERS_PER_UNIT))
    .reduce((sum, units) => sum + units, 0);
}

/** Costs of an idle stage in USD a month. A key is the start of the row in docs/deploy.md. */
export function costs(template: CompiledTemplate): Record<string, number> {
  const { NumberOfBrokerNodes, BrokerNodeGroupInfo, EnhancedMonitoring } = cluster(template) as Monitored;
  const { InstanceType, StorageInfo } = BrokerNodeGroupInfo;
  const perMonth = (price: number, count: number) => price * HOURS * count;
  const level = brokerMetrics[EnhancedMonitoring] ?? { broker: Number.NaN, topic: Number.NaN };
  const mapped = mappings(template);
  const counted = mapped.flatMap(
    ([, { MetricsConfig }]) => (MetricsConfig as { Metrics: string[] } | undefined)?.Metrics ?? [],
  );
  const paid = {
    broker: NumberOfBrokerNodes * (level.broker + level.topic * topics(template).length),
    mapping: counted.reduce((sum, name) => sum + (mappingMetrics[name] ?? Number.NaN), 0),
    own: OWN_METRICS * new Set(mapped.map(([, { FunctionName }]) => FunctionName)).size,
  };
  return {
    brokers: perMonth(prices.brokers[InstanceType] ?? Number.NaN, NumberOfBrokerNodes),
    'broker volumes': NumberOfBrokerNodes * StorageInfo.EBSStorageInfo.VolumeSize * prices.brokerGiB,
    'pollers of the mappings': perMonth(prices.pollerUnit, pollerUnits(template)),
    'NAT gateways': perMonth(prices.natGateway, resources(template, 'AWS::EC2::NatGateway').length),
    alarms: prices.alarmMetric * alarmMetrics(template),
    "brokers' metrics": prices.metric * paid.broker,
    "mappings' metrics": prices.metric * paid.mapping,
    "functions' own metrics": prices.metric * paid.own,
  };
}

/** Number of metrics in all alarms. A metric in two alarms counts twice. */
function alarmMetrics(template: CompiledTemplate): number {
  return resources<{ Metrics?: { MetricStat?: object }[] }>(template, 'AWS::CloudWatch::Alarm')
    .map(([, { Metrics }]) => Metrics?.filter(({ MetricStat }) => MetricStat).length ?? 1)
    .reduce((sum, count) => sum + count, 0);
}

/** Costs of the interface endpoints in USD a month, for stages without NAT gateways. */
export function endpointCosts(template: CompiledTemplate): number {
  const zones = cluster(template).BrokerNodeGroupInfo.ClientSubnets.length;
  const endpoints = resources<{ VpcEndpointType: string }>(template, 'AWS::EC2::VPCEndpoint');
  const count = endpoints.filter(([, { VpcEndpointType }]) => VpcEndpointType === 'Interface').length;
  return prices.interfaceEndpoint * HOURS * count * zones;
}
