import type { Admin, ITopicConfig } from 'kafkajs';
import { eventually } from './eventually.ts';

/**
 * Creates topics, and waits until each of their partitions has a leader. kafkajs's own option `waitForLeaders` fails if
 * the broker that it asks doesn't know a new topic yet.
 */
export async function createTopics(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  if (topics.length === 0) return;
  await admin.createTopics({ topics, waitForLeaders: false });
  const names = topics.map(({ topic }) => topic);
  await eventually(() => isLed(admin, names), { what: `leaders of ${names.join(', ')}` });
}

async function isLed(admin: Admin, names: string[]): Promise<boolean> {
  const found = await admin.fetchTopicMetadata({ topics: names }).catch(() => undefined);
  const partitions = found?.topics.flatMap((topic) => topic.partitions) ?? [];
  const led = partitions.every(({ leader, partitionErrorCode }) => leader >= 0 && partitionErrorCode === 0);
  return found?.topics.length === names.length && led;
}
