import type { Admin, ITopicConfig } from 'kafkajs';
import { withAdmin } from '#cli/topic.ts';
import { kafkaOf } from '#local/deploy/servers.ts';
import { eventually } from './eventually.ts';

/**
 * Creates topics, and waits until each of their partitions has a leader. kafkajs's own option `waitForLeaders` fails if
 * the broker that it asks doesn't know a new topic yet.
 * @param brokers "127.0.0.1:9092,…"
 */
export async function createTopics(brokers: string, topics: ITopicConfig[]): Promise<void> {
  if (topics.length === 0) return;
  const names = topics.map(({ topic }) => topic);
  await withAdmin(kafkaOf({ kafka: brokers }, 'test'), async (admin) => {
    await admin.createTopics({ topics, waitForLeaders: false });
    await eventually(() => isLed(admin, names), { what: `leaders of ${names.join(', ')}` });
  });
}

async function isLed(admin: Admin, names: string[]): Promise<boolean> {
  const found = await admin.fetchTopicMetadata({ topics: names }).catch(() => undefined);
  const partitions = found?.topics.flatMap((topic) => topic.partitions) ?? [];
  const led = partitions.every(({ leader, partitionErrorCode }) => leader >= 0 && partitionErrorCode === 0);
  return found?.topics.length === names.length && led;
}
