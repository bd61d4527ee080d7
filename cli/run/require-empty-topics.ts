import { kafkaOf } from '#local/deploy/servers.ts';
import { ServerError } from '#local/servers/server.ts';

/**
 * A report compares everything in the topics and stores with what this run has sent. With servers that another program
 * has started, there may be more.
 * @param brokers "127.0.0.1:9092,…"
 * @throws ServerError where a topic has had records
 */
export async function requireEmptyTopics(brokers: string, topics: readonly string[]): Promise<void> {
  const admin = kafkaOf({ kafka: brokers }, 'start').admin();
  await admin.connect();
  try {
    for (const topic of topics) {
      const ends = await admin.fetchTopicOffsets(topic);
      if (ends.every(({ high }) => high === '0')) continue;
      throw new ServerError(
        `${topic} has had records, so that a report can't tell them from this run's. Start the servers with empty data, or omit --report.`,
      );
    }
  } finally {
    await admin.disconnect();
  }
}
