import type { CompiledTemplate } from '#msk';
import { first, properties, type Rule, resources } from './rule.ts';

/**
 * Combinations that CreateCluster accepts; cfn-lint accepts any text. KRaft runs on m5 and m7g. It also runs on Express
 * brokers, which need other properties (docs/scaling.md, "Brokers"). CreateCluster rejects KRaft on kafka.t3.small with
 * "Unsupported InstanceType" (field reports of 2026; the page of broker sizes doesn't say for which versions it is).
 */
const brokersOf: { versions: RegExp; types: RegExp }[] = [
  { versions: /^(3\.9|4\.1)\.x\.kraft$/, types: /^kafka\.m(5|7g)\.(large|\d*xlarge)$/ },
];

export interface Cluster {
  ClusterName: string;
  StorageMode: string;
  KafkaVersion: string;
  NumberOfBrokerNodes: number;
  BrokerNodeGroupInfo: {
    InstanceType: string;
    ClientSubnets: string[];
    SecurityGroups: string[];
    ConnectivityInfo: { PublicAccess: { Type: string } };
  };
  ClientAuthentication: { Sasl: { Iam: { Enabled: boolean } }; Unauthenticated: { Enabled: boolean } };
  EncryptionInfo: {
    EncryptionAtRest?: { DataVolumeKMSKeyId: string };
    EncryptionInTransit: { ClientBroker: string; InCluster: boolean };
  };
  LoggingInfo: { BrokerLogs: { CloudWatchLogs: { Enabled: boolean } } };
}
export interface Topic {
  TopicName: string;
  PartitionCount: number;
  ReplicationFactor: number;
  Configs: string;
}

export const cluster = (template: CompiledTemplate) => first<Cluster>(template, 'AWS::MSK::Cluster');
export const topics = (template: CompiledTemplate) =>
  resources<Topic>(template, 'AWS::MSK::Topic').map(([, topic]) => topic);
/** A topic's configuration, in the template base64 of a JSON object with string values. */
export const configs = (topic: Topic): Record<string, string> =>
  JSON.parse(Buffer.from(topic.Configs, 'base64').toString('utf8'));
/** The cluster's defaults for topics without the setting. */
export function serverProperties(template: CompiledTemplate): Record<string, string> {
  const { ServerProperties } = first<{ ServerProperties: string }>(template, 'AWS::MSK::Configuration');
  return Object.fromEntries(
    ServerProperties.trim()
      .split('\n')
      .map((line) => line.split('=', 2)),
  );
}

export const topicArn = ({ TopicName }: Topic) =>
  `arn:aws:kafka:us-east-1:000000000000:topic/pipeline/uuid/${TopicName}`;
const deadLetter = (topic: Topic) => topic.TopicName.endsWith('-dlq');

export const kafkaRules: Rule[] = [
  {
    name: 'brokers are spread evenly over the zones, with one subnet in each',
    source: 'MSK API reference, BrokerNodeGroupInfo; CreateCluster: a multiple of the zones',
    except: { local: 'is never deployed' },
    check: (template) => {
      const { NumberOfBrokerNodes, BrokerNodeGroupInfo } = cluster(template);
      const zones = BrokerNodeGroupInfo.ClientSubnets.map(
        (id) => properties<{ AvailabilityZoneId: string }>(template, id).AvailabilityZoneId,
      );
      return [
        ...(NumberOfBrokerNodes % zones.length ? [`${NumberOfBrokerNodes} brokers in ${zones.length} zones`] : []),
        ...(new Set(zones).size < zones.length ? [`subnets in ${zones.join(', ')}`] : []),
        // Amazon MSK has no brokers in use1-az3 (API reference, BrokerNodeGroupInfo).
        ...zones.filter((zone) => zone === 'use1-az3').map((zone) => `no brokers can be in ${zone}`),
      ];
    },
    spoil: (template) => {
      cluster(template).NumberOfBrokerNodes = 4;
    },
  },
  {
    name: 'Amazon MSK runs this version of Kafka on this type of broker',
    source:
      'MSK guide, "Supported Apache Kafka versions", "Amazon MSK broker sizes"; field reports of CreateCluster: KRaft on kafka.t3.small is an "Unsupported InstanceType"',
    check: (template) => {
      const { KafkaVersion, BrokerNodeGroupInfo } = cluster(template);
      const { InstanceType } = BrokerNodeGroupInfo;
      return brokersOf.some(({ versions, types }) => versions.test(KafkaVersion) && types.test(InstanceType))
        ? []
        : [`Kafka ${KafkaVersion} on ${InstanceType}`];
    },
    spoil: (template) => {
      cluster(template).BrokerNodeGroupInfo.InstanceType = 'kafka.t3.small';
    },
  },
  {
    name: 'clients use IAM over TLS, volumes are encrypted, nothing is public',
    source: 'docs/security.md, MSK.1, MSK.4, MSK.6',
    check: (template) => {
      const { ClientAuthentication, EncryptionInfo, BrokerNodeGroupInfo, LoggingInfo } = cluster(template);
      const { ClientBroker, InCluster } = EncryptionInfo.EncryptionInTransit;
      return [
        ...(ClientAuthentication.Sasl.Iam.Enabled ? [] : ['IAM is off']),
        ...(ClientAuthentication.Unauthenticated.Enabled ? ['unauthenticated clients are allowed'] : []),
        ...(ClientBroker === 'TLS' && InCluster ? [] : ['plaintext is allowed']),
        ...(EncryptionInfo.EncryptionAtRest?.DataVolumeKMSKeyId ? [] : ['volumes have no customer managed key']),
        ...(BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type === 'DISABLED' ? [] : ['public access']),
        ...(LoggingInfo.BrokerLogs.CloudWatchLogs.Enabled ? [] : ['no broker logs']),
      ];
    },
    spoil: (template) => {
      cluster(template).EncryptionInfo.EncryptionInTransit.ClientBroker = 'TLS_PLAINTEXT';
    },
  },
  {
    name: 'every topic has a replication factor and min ISR that suit the cluster',
    source: 'MSK guide, "Best practices for Standard brokers": replication factor, min.insync.replicas',
    check: (template) => {
      const brokers = cluster(template).NumberOfBrokerNodes;
      const server = serverProperties(template);
      return topics(template).flatMap((topic) => {
        const { TopicName, ReplicationFactor } = topic;
        const minInsync = Number(configs(topic)['min.insync.replicas']);
        return [
          ...(ReplicationFactor > brokers ? [`${TopicName}: ${ReplicationFactor} replicas on ${brokers} brokers`] : []),
          // If they were equal, all writes would stop while a broker restarts. With one replica they must be equal.
          ...(minInsync >= ReplicationFactor && ReplicationFactor > 1 ? [`${TopicName}: min ISR ${minInsync}`] : []),
          ...(String(ReplicationFactor) === server['default.replication.factor'] ? [] : [`${TopicName}: default RF`]),
          ...(String(minInsync) === server['min.insync.replicas'] ? [] : [`${TopicName}: default min ISR`]),
        ];
      });
    },
    spoil: (template) => {
      first<Topic>(template, 'AWS::MSK::Topic').ReplicationFactor = 4;
    },
  },
  {
    name: 'topics keep records for days, and dead letters longest',
    source: 'docs/invariants.md, 2',
    check: (template) => {
      const days = (topic: Topic) =>
        configs(topic)['cleanup.policy'] === 'compact' ? Infinity : Number(configs(topic)['retention.ms']) / 86_400_000;
      const records = topics(template).filter((topic) => !deadLetter(topic));
      const letters = topics(template).filter(deadLetter);
      const longest = Math.max(...records.map(days).filter(Number.isFinite));
      return [
        ...records.filter((topic) => !(days(topic) >= 1)).map((topic) => `${topic.TopicName}: ${days(topic)} days`),
        ...letters
          .filter((topic) => !(days(topic) > longest))
          .map((topic) => `${topic.TopicName}: ${days(topic)} days`),
      ];
    },
    spoil: (template) => {
      first<Topic>(template, 'AWS::MSK::Topic').Configs = Buffer.from('{"retention.ms":"1000"}').toString('base64');
    },
  },
  {
    name: 'tiered storage is on only with brokers that have it, and not for compacted topics',
    source: 'MSK guide, "Tiered storage requirements"',
    check: (template) => {
      const { StorageMode, BrokerNodeGroupInfo } = cluster(template);
      const tiered = topics(template).filter((topic) => configs(topic)['remote.storage.enable'] === 'true');
      return [
        ...(StorageMode === 'TIERED' && !/^kafka\.m/.test(BrokerNodeGroupInfo.InstanceType)
          ? [`${BrokerNodeGroupInfo.InstanceType} has no tiered storage`]
          : []),
        ...tiered
          .filter((topic) => StorageMode !== 'TIERED' || configs(topic)['cleanup.policy'] === 'compact')
          .map(({ TopicName }) => `${TopicName} has remote storage`),
      ];
    },
    spoil: (template) => {
      first<Topic>(template, 'AWS::MSK::Topic').Configs = Buffer.from('{"remote.storage.enable":"true"}').toString(
        'base64',
      );
    },
  },
];
