import kafkajs, { type Admin } from 'kafkajs';

// A CommonJS module: Node finds no named exports for its constants.
const { ConfigResourceTypes } = kafkajs;

export async function configsOf(admin: Admin, topic: string): Promise<Map<string, string>> {
  const { resources } = await admin.describeConfigs({
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    includeSynonyms: false,
  });
  return new Map(
    resources.flatMap(({ configEntries }) => configEntries.map((each) => [each.configName, each.configValue])),
  );
}

/** Creates a copy of a topic that keeps its records for ever. `partitions` is used if the topic itself is gone. */
export async function createCopy(admin: Admin, from: string, to: string, partitions: number): Promise<void> {
  const exists = (await admin.listTopics()).includes(from);
  const { brokers } = await admin.describeCluster();
  const configs = exists ? await configsOf(admin, from) : new Map<string, string>();
  const kept = ['max.message.bytes', 'min.insync.replicas', 'compression.type'];
  const configEntries = kept.flatMap((name) => {
    const value = configs.get(name);
    return value === undefined ? [] : [{ name, value }];
  });
  configEntries.push({ name: 'retention.ms', value: '-1' }, { name: 'message.timestamp.type', value: 'CreateTime' });
  const metadata = exists ? await admin.fetchTopicMetadata({ topics: [from] }) : undefined;
  const numPartitions = Math.max(partitions, metadata?.topics[0]?.partitions.length ?? 0);
  const replicationFactor = Math.min(3, brokers.length);
  await admin.createTopics({
    topics: [{ topic: to, numPartitions, replicationFactor, configEntries }],
    waitForLeaders: false,
  });
}
