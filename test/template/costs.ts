import { type PriceName, usd, usdAMonth } from '#cost/prices.ts';
import type { CompiledTemplate } from '#msk';
import { mappings } from './rules/functions.ts';
import { type Cluster, cluster, topics } from './rules/kafka.ts';
import { first, resources } from './rules/rule.ts';

/** Prices of the brokers that the stages use. docs/deploy.md says which prices could be looked up. */
const brokers: Readonly<Record<string, PriceName>> = { 'kafka.m7g.large': 'broker' };

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

/**
 * USD a month for the other rows of docs/deploy.md, written by hand: instances; keys, secret and trail; OpenSearch, which
 * has no figure in prod.
 */
export const FURTHER: Readonly<Record<string, number>> = { dev: 19 + 4 + 27, prod: 19 + 6 };

/** Costs of an idle stage in USD a month. A key is the start of the row in docs/deploy.md. */
export function costs(template: CompiledTemplate): Record<string, number> {
  const { NumberOfBrokerNodes, BrokerNodeGroupInfo, EnhancedMonitoring } = cluster(template) as Monitored;
  const { InstanceType, StorageInfo } = BrokerNodeGroupInfo;
  const broker = brokers[InstanceType];
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
    brokers: broker ? usdAMonth(broker, NumberOfBrokerNodes) : Number.NaN,
    'broker volumes': usd('brokerStorage', NumberOfBrokerNodes * StorageInfo.EBSStorageInfo.VolumeSize),
    'pollers of the mappings': usdAMonth('pollerUnit', pollerUnits(template)),
    'NAT gateways': usdAMonth('natGateway', resources(template, 'AWS::EC2::NatGateway').length),
    Aurora: usdAMonth('acu', database(template).MinCapacity),
    alarms: usd('alarmMetric', alarmMetrics(template)),
    "brokers' metrics": usd('metric', paid.broker),
    "mappings' metrics": usd('metric', paid.mapping),
    "functions' own metrics": usd('metric', paid.own),
  };
}

/** Aurora's capacity; at its minimum the stage has no traffic. */
function database(template: CompiledTemplate): { MinCapacity: number } {
  return first<{ ServerlessV2ScalingConfiguration: { MinCapacity: number } }>(template, 'AWS::RDS::DBCluster')
    .ServerlessV2ScalingConfiguration;
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
  return usdAMonth('interfaceEndpoint', count * zones);
}
