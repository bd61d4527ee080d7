import { setTimeout as sleep } from 'node:timers/promises';
import type { Base, Broker } from '@platformatic/kafka';
import { Cluster } from '#msk';

const READY_MS = 15_000;
const POLL_MS = 200;

/** Knows the partitions of some topics and the broker that leads each of them. */
export interface Leaders {
  partitionsOf(topic: string): number;
  /** Number of brokers that lead partitions. */
  readonly count: number;
  leaderOf(topic: string, partition: number): Broker | undefined;
  /** Asks the brokers again: a partition may have another leader after a failure. */
  refresh(): Promise<void>;
}

/**
 * Finds the leaders, and waits until each of them serves its partitions. The metadata of a new topic names the leaders
 * before these brokers know about it, and sends would fail. Only a leader answers a request for offsets.
 *
 * @throws Error where the brokers can't be reached or a topic is missing
 */
export async function findLeaders(client: Base, topics: readonly string[], brokers: string): Promise<Leaders> {
  let metadata = await client.metadata({ topics: [...topics] });
  await leadersReady(brokers, topics);
  return {
    partitionsOf: (topic) => metadata.topics.get(topic)?.partitionsCount ?? 1,
    leaderOf: (topic, partition) =>
      metadata.brokers.get(metadata.topics.get(topic)?.partitions[partition]?.leader ?? -1),
    get count() {
      const partitions = [...metadata.topics.values()].flatMap((topic) => topic.partitions);
      return new Set(partitions.map(({ leader }) => leader)).size;
    },
    async refresh() {
      metadata = await client.metadata({ topics: [...topics], forceUpdate: true });
    },
  };
}

async function leadersReady(brokers: string, topics: readonly string[]): Promise<void> {
  const cluster = new Cluster(brokers);
  try {
    for (const deadline = Date.now() + READY_MS; ; ) {
      try {
        for (const topic of topics) await cluster.offsetsAt(topic, 'end');
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(POLL_MS);
      }
    }
  } finally {
    await cluster.disconnect();
  }
}
