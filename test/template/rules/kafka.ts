import type { CompiledTemplate } from '../../../plugins/msk/contract.ts';
import { allows, functions, mappings, statements } from './functions.ts';
import { first, properties, type Rule, resources } from './rule.ts';

/** In support, and run on Standard brokers with KRaft. cfn-lint accepts any text. */
const kafkaVersions = ['3.9.x.kraft'];
/** Standard brokers that this service has been priced for; cfn-lint accepts any text. */
const instanceTypes = ['kafka.t3.small', 'kafka.m7g.large', 'kafka.m7g.xlarge', 'kafka.m7g.2xlarge'];
/** What one event holds: Lambda's 6 MB, less what base64 adds. */
const eventBytes = (6 * 1024 * 1024 * 3) / 4;

/** The variable that tells a function how large a record may be, and the one that names the topic. */
const limits = [
  { variable: 'PRODUCED_MAX_BYTES', topic: 'PROCESSED_TOPIC' },
  { variable: 'PRODUCED_MAX_BYTES', topic: 'ALERTS_TOPIC' },
  { variable: 'PRODUCED_MAX_BYTES', topic: 'METRICS_TOPIC' },
  { variable: 'DEAD_LETTER_MAX_BYTES', topic: 'DEAD_LETTER_TOPIC' },
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
/** A topic's configuration: base64 of a JSON object of strings. */
export const configs = (topic: Topic): Record<string, string> =>
  JSON.parse(Buffer.from(topic.Configs, 'base64').toString('utf8'));
/** The cluster's own defaults, which stand for what a topic leaves unsaid. */
export function serverProperties(template: CompiledTemplate): Record<string, string> {
  const { ServerProperties } = first<{ ServerProperties: string }>(template, 'AWS::MSK::Configuration');
  return Object.fromEntries(
    ServerProperties.trim()
      .split('\n')
      .map((line) => line.split('=', 2)),
  );
}

const maxBytes = (topic: Topic) => Number(configs(topic)['max.message.bytes']);
const topicArn = (topic: Topic) => `arn:aws:kafka:us-east-1:000000000000:topic/pipeline/uuid/${topic.TopicName}`;
/** Whether a mapped function may write it; the others come from outside (smoke's own records too). */
const produced = (template: CompiledTemplate, topic: Topic) =>
  mappings(template).some(([, , fn]) => allows(statements(template, fn), 'kafka-cluster:WriteData', topicArn(topic)));
const deadLetter = (topic: Topic) => topic.TopicName.endsWith('-dlq');

export const kafkaRules: Rule[] = [
  {
    name: 'brokers stand evenly in the zones, one subnet each',
    except: { local: 'its one broker is never deployed' },
    check: (template) => {
      const { NumberOfBrokerNodes, BrokerNodeGroupInfo } = cluster(template);
      const zones = BrokerNodeGroupInfo.ClientSubnets.map(
        (id) => properties<{ AvailabilityZoneId: string }>(template, id).AvailabilityZoneId,
      );
      return [
        ...(NumberOfBrokerNodes % zones.length ? [`${NumberOfBrokerNodes} brokers in ${zones.length} zones`] : []),
        ...(new Set(zones).size < zones.length ? [`subnets in ${zones.join(', ')}`] : []),
        // Amazon MSK has no brokers there (API reference, BrokerNodeGroupInfo).
        ...zones.filter((zone) => zone === 'use1-az3').map((zone) => `no brokers can be in ${zone}`),
      ];
    },
    spoil: (template) => {
      cluster(template).NumberOfBrokerNodes = 4;
    },
  },
  {
    name: 'Kafka and its brokers are of a kind that Amazon MSK has',
    check: (template) => {
      const { KafkaVersion, BrokerNodeGroupInfo } = cluster(template);
      return [
        ...(kafkaVersions.includes(KafkaVersion) ? [] : [`Kafka ${KafkaVersion}`]),
        ...(instanceTypes.includes(BrokerNodeGroupInfo.InstanceType) ? [] : [BrokerNodeGroupInfo.InstanceType]),
      ];
    },
    spoil: (template) => {
      cluster(template).KafkaVersion = '3.9.kraft';
    },
  },
  {
    name: 'clients come with IAM over TLS, volumes are encrypted, nothing is public',
    check: (template) => {
      const { ClientAuthentication, EncryptionInfo, BrokerNodeGroupInfo, LoggingInfo } = cluster(template);
      const { ClientBroker, InCluster } = EncryptionInfo.EncryptionInTransit;
      return [
        ...(ClientAuthentication.Sasl.Iam.Enabled ? [] : ['IAM is off']),
        ...(ClientAuthentication.Unauthenticated.Enabled ? ['unauthenticated clients are let in'] : []),
        ...(ClientBroker === 'TLS' && InCluster ? [] : ['plaintext is let in']),
        ...(EncryptionInfo.EncryptionAtRest?.DataVolumeKMSKeyId ? [] : ['volumes have no key of their own']),
        ...(BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type === 'DISABLED' ? [] : ['public access']),
        ...(LoggingInfo.BrokerLogs.CloudWatchLogs.Enabled ? [] : ['no broker logs']),
      ];
    },
    spoil: (template) => {
      cluster(template).EncryptionInfo.EncryptionInTransit.ClientBroker = 'TLS_PLAINTEXT';
    },
  },
  {
    name: 'every topic is replicated as its cluster can',
    check: (template) => {
      const brokers = cluster(template).NumberOfBrokerNodes;
      const server = serverProperties(template);
      return topics(template).flatMap((topic) => {
        const { TopicName, ReplicationFactor } = topic;
        const minInsync = Number(configs(topic)['min.insync.replicas']);
        return [
          ...(ReplicationFactor > brokers ? [`${TopicName}: ${ReplicationFactor} replicas on ${brokers} brokers`] : []),
          // Equal, and every write would stop while one broker restarts. One replica has no such choice.
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
    name: 'a record may grow on its way, and still fits an event',
    check: (template) => {
      const letters = topics(template).filter(deadLetter);
      const processed = topics(template).filter((topic) => !deadLetter(topic) && produced(template, topic));
      const sources = topics(template).filter((topic) => !deadLetter(topic) && !produced(template, topic));
      const ascending = [sources, processed, letters].map((kind) => kind.map(maxBytes));
      return [
        ...ascending.slice(1).flatMap((larger, index) => {
          const smaller = Math.max(...(ascending[index] ?? []));
          return larger.filter((bytes) => bytes <= smaller).map((bytes) => `${bytes} bytes after ${smaller}`);
        }),
        ...ascending
          .flat()
          .filter((bytes) => !(bytes < eventBytes))
          .map((bytes) => `${bytes} bytes fit no event`),
      ];
    },
    spoil: (template) => {
      const letter = topics(template).find(deadLetter);
      const source = topics(template).find((topic) => !deadLetter(topic));
      if (letter && source) letter.Configs = source.Configs;
    },
  },
  {
    name: 'a function knows the size that its topics take',
    check: (template) =>
      functions(template).flatMap(([id, { Environment }]) =>
        limits.flatMap(({ variable, topic }) => {
          const told = Environment.Variables[variable];
          return topics(template)
            .filter(({ TopicName }) => told !== undefined && TopicName === Environment.Variables[topic])
            .filter((taken) => Number(told) !== maxBytes(taken))
            .map((taken) => `${id}: ${variable} is ${told}, ${taken.TopicName} takes ${maxBytes(taken)}`);
        }),
      ),
    spoil: (template) => {
      const told = functions(template).find(([, fn]) => fn.Environment.Variables['DEAD_LETTER_MAX_BYTES']);
      if (told) told[1].Environment.Variables['DEAD_LETTER_MAX_BYTES'] = '1';
    },
  },
  {
    name: 'a topic holds its records for days, a dead letter longest',
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
    name: 'only brokers that have tiered storage use it, and no compacted topic',
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
