import type { CompiledTemplate } from '#msk';
import { mappings } from './rules/functions.ts';
import { type Cluster, cluster, topics } from './rules/kafka.ts';
import { resources } from './rules/rule.ts';

const HOURS = 730;

/** USD, us-east-1. Pages of November 2026, as docs/deploy.md says which could be looked up. */
const prices = {
  /** an hour of a broker */
  brokers: { 'kafka.m7g.large': 0.204 } as Readonly<Record<string, number>>,
  brokerGiB: 0.1,
  /** an hour of an event poller unit (Lambda guide, "Apache Kafka event poller scaling modes") */
  pollerUnit: 0.185,
  natGateway: 0.045,
  interfaceEndpoint: 0.01,
  /** of a metric that an alarm watches */
  alarmMetric: 0.1,
  /** of a custom metric, and of one that Amazon MSK or a mapping publishes beyond what is free (the first 10,000) */
  metric: 0.3,
};

/** Pollers of a group that make one unit, by default ("Apache Kafka event poller scaling modes"). */
const POLLERS_PER_UNIT = 10;

/**
 * Metrics of each broker, and of each topic on each broker, that the levels add to DEFAULT, where all of them have
 * values (MSK guide, "Metrics for monitoring Standard brokers with CloudWatch", without CPU credits). DEFAULT is free.
 */
const brokerMetrics: Readonly<Record<string, { broker: number; topic: number }>> = {
  DEFAULT: { broker: 0, topic: 0 },
  PER_BROKER: { broker: 45, topic: 0 },
  PER_TOPIC_PER_BROKER: { broker: 45, topic: 3 },
};
/** Metrics of each mapping by what its MetricsConfig names (Lambda guide, "Event source mapping metrics"). */
const mappingMetrics: Readonly<Record<string, number>> = { EventCount: 7, ErrorCount: 5, KafkaMetrics: 2 };
/** What every mapped function counts itself: Records, Processed, DeadLetters, FailedBatches (lib/observability). */
const OWN_METRICS = 4;

interface Monitored extends Cluster {
  EnhancedMonitoring: string;
  BrokerNodeGroupInfo: Cluster['BrokerNodeGroupInfo'] & { StorageInfo: { EBSStorageInfo: { VolumeSize: number } } };
}

/** Units that are billed at least: each group's pollers, from their minimum, by tens. */
export function pollerUnits(template: CompiledTemplate): number {
  const pollers = mappings(template).flatMap(([, { ProvisionedPollerConfig }]) => ProvisionedPollerConfig ?? []);
  const groups = Map.groupBy(pollers, (each) => each.PollerGroupName ?? each);
  return [...groups.values()]
    .map((group) => Math.ceil(group.reduce((sum, { MinimumPollers }) => sum + MinimumPollers, 0) / POLLERS_PER_UNIT))
    .reduce((sum, units) => sum + units, 0);
}

/** What is there while nothing happens, in USD a month, by the first words of its row in docs/deploy.md. */
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

/** Metrics that the alarms watch, each counted as often as it is watched. */
function alarmMetrics(template: CompiledTemplate): number {
  return resources<{ Metrics?: { MetricStat?: object }[] }>(template, 'AWS::CloudWatch::Alarm')
    .map(([, { Metrics }]) => Metrics?.filter(({ MetricStat }) => MetricStat).length ?? 1)
    .reduce((sum, count) => sum + count, 0);
}

/** The price of the interface endpoints, where they take the NAT's place. */
export function endpointCosts(template: CompiledTemplate): number {
  const zones = cluster(template).BrokerNodeGroupInfo.ClientSubnets.length;
  const endpoints = resources<{ VpcEndpointType: string }>(template, 'AWS::EC2::VPCEndpoint');
  const count = endpoints.filter(([, { VpcEndpointType }]) => VpcEndpointType === 'Interface').length;
  return prices.interfaceEndpoint * HOURS * count * zones;
}
