import kafkajs, { type Admin } from 'kafkajs';
import { lateness } from '#functions/ops/replay/windows.ts';

/** What is known of the target before anything is produced. */
export interface Checked {
  readonly topic: string;
  readonly configs: ReadonlyMap<string, string>;
  /** of the selected records, ms; undefined if none has a timestamp */
  readonly oldest: number | undefined;
  readonly now: number;
  /** of the windows that count the topic's records; undefined if none do */
  readonly windows: { streamTime: number; allowedMs: number } | undefined;
}

// A CommonJS module: Node finds no named exports for its constants.
const { ConfigResourceTypes } = kafkajs;

const DAY_MS = 86_400_000;

/**
 * Why the records should not be produced: Kafka would change them or delete them again.
 * @returns one text for each reason
 */
export function obstacles({ topic, configs, oldest, now }: Checked): string[] {
  const found: string[] = [];
  if (configs.get('message.timestamp.type') === 'LogAppendTime')
    found.push(`${topic} gives each record its own timestamp: set its message.timestamp.type to CreateTime`);
  const retention = Number(configs.get('retention.ms') ?? -1);
  const deletes = (configs.get('cleanup.policy') ?? 'delete').includes('delete');
  if (deletes && retention >= 0 && oldest !== undefined && oldest < now - retention) {
    const days = (retention / DAY_MS).toFixed(1);
    found.push(
      `${topic} keeps records for ${days} days, and the oldest one to replay is of ${new Date(oldest).toISOString()}: ` +
        'Kafka would delete it again within minutes. Raise its retention.ms first',
    );
  }
  return found;
}

/** Why windows would refuse some of the records. */
export const lateOnes = ({ windows, oldest }: Checked): string | undefined => windows && lateness(oldest, windows);

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
