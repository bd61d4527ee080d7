import type { Kafka } from 'kafkajs';
import { clusterOf, offsetsAt } from './cluster.ts';

/** The next offset of each partition. @throws Error if no broker answers */
export async function endOffsets(kafka: Kafka, topic: string): Promise<Map<number, number>> {
  const cluster = clusterOf(kafka);
  try {
    await cluster.connect();
    return await offsetsAt(cluster, topic, 'end');
  } finally {
    await cluster.disconnect().catch(() => undefined);
  }
}
