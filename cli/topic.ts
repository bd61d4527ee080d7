import type { Admin, Kafka } from 'kafkajs';
import { UsageError } from './command.ts';

/** Leaves out Kafka's internal topics. */
const isOurs = (topic: string) => !topic.startsWith('__');

/**
 * The partitions of a topic.
 * @throws UsageError with all topics if this one doesn't exist
 */
export async function partitionsOf(admin: Admin, topic: string): Promise<number[]> {
  const topics = (await admin.listTopics()).filter(isOurs).sort();
  if (!topics.includes(topic)) throw new UsageError(`no topic "${topic}"; the topics are ${topics.join(', ')}`);
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [topic] });
  return (found[0]?.partitions ?? []).map(({ partitionId }) => partitionId).sort((a, b) => a - b);
}

/** Runs `use` with a connected admin client, and always disconnects it. */
export async function withAdmin<T>(kafka: Kafka, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}
