import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs';

/** ms in which a broker has heard of topics that its controller has */
const BOUND_MS = 30_000;

/**
 * Creates topics, and resolves when each of their partitions has a leader. kafkajs's own waiting gives up where the
 * broker that is asked hasn't heard of a topic yet.
 */
export async function createTopics(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  if (topics.length === 0) return;
  await admin.createTopics({ topics, waitForLeaders: false });
  const names = topics.map(({ topic }) => topic);
  for (const deadline = Date.now() + BOUND_MS; !(await isLed(admin, names)); await sleep(50)) {
    if (Date.now() > deadline) throw new Error(`no leaders of ${names.join(', ')} within ${BOUND_MS / 1000} s`);
  }
}

async function isLed(admin: Admin, names: string[]): Promise<boolean> {
  const found = await admin.fetchTopicMetadata({ topics: names }).catch(() => undefined);
  const partitions = found?.topics.flatMap((topic) => topic.partitions) ?? [];
  const led = partitions.every(({ leader, partitionErrorCode }) => leader >= 0 && partitionErrorCode === 0);
  return found?.topics.length === names.length && led;
}
