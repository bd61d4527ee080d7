import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { kafkaOf } from '#local/deploy/servers.ts';

const BOUND_MS = 60_000;
const PAUSE_MS = 250;

/**
 * Moves the leaders of all partitions that a broker leads: the broker stops being a replica of them, so another replica
 * leads, and becomes one again.
 * @param seconds between the two
 */
export async function moveLeaders(kafka: string, broker: number, seconds: number): Promise<void> {
  const admin = kafkaOf({ kafka }, 'chaos').admin();
  await admin.connect();
  try {
    const led = await partitionsLedBy(admin, broker);
    await reassign(admin, led, (replicas) => replicas.filter((id) => id !== broker));
    await sleep(seconds * 1000);
    await reassign(admin, led, (replicas) => [...replicas.filter((id) => id !== broker), broker]);
  } finally {
    await admin.disconnect();
  }
}

interface Led {
  topic: string;
  partition: number;
  replicas: number[];
}

async function partitionsLedBy(admin: Admin, broker: number): Promise<Led[]> {
  const { topics } = await admin.fetchTopicMetadata();
  return topics.flatMap(({ name: topic, partitions }) =>
    partitions
      .filter(({ leader, replicas }) => leader === broker && replicas.length > 1)
      .map(({ partitionId: partition, replicas }) => ({ topic, partition, replicas })),
  );
}

async function reassign(admin: Admin, led: readonly Led[], to: (replicas: number[]) => number[]): Promise<void> {
  const topics = [...Map.groupBy(led, ({ topic }) => topic)].map(([topic, own]) => ({
    topic,
    partitionAssignment: own.map(({ partition, replicas }) => ({ partition, replicas: to(replicas) })),
  }));
  if (topics.length === 0) return;
  await admin.alterPartitionReassignments({ topics });
  const asked = [...Map.groupBy(led, ({ topic }) => topic)].map(([topic, own]) => ({
    topic,
    partitions: own.map(({ partition }) => partition),
  }));
  for (const end = Date.now() + BOUND_MS; ; await sleep(PAUSE_MS)) {
    const { topics: moving } = await admin.listPartitionReassignments({ topics: asked });
    if (moving.length === 0) return;
    if (Date.now() > end) throw new Error(`the replicas of ${moving.length} topics don't move`);
  }
}
