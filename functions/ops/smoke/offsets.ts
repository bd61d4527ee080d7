import type { Kafka } from 'kafkajs';
import { beforeDeadline, type Deadline, retry, within } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import { type KafkaAuth, kafkaClient } from '#lib/kafka/client/client.ts';
import { offsetReader, type PartitionOffsets } from '#lib/kafka/client/offsets.ts';
import type { Range } from './place.ts';

const TIMEOUT_MS = 5_000;

export interface TopicAt {
  readonly auth: KafkaAuth;
  readonly bootstrapServers: string;
  readonly topic: string;
}

/** The next offset of each partition. @throws TransientError where no broker answers in time */
export function nextOffsets({ auth, bootstrapServers, topic }: TopicAt, deadline: Deadline): Promise<PartitionOffsets> {
  const ask = async () => {
    const kafka = kafkaClient({ auth, clientId: 'smoke', bootstrapServers, timeoutMs: TIMEOUT_MS });
    try {
      const asked = endsOf(kafka, topic);
      return await beforeDeadline(asked, within(TIMEOUT_MS, deadline), 'KAFKA', 'the request for offsets');
    } catch (cause) {
      throw new TransientError('KAFKA', `Kafka did not give the end offsets of ${topic}: ${(cause as Error).message}`, {
        cause,
      });
    }
  };
  return retry(ask, { deadline });
}

async function endsOf(kafka: Kafka, topic: string): Promise<PartitionOffsets> {
  const reader = await offsetReader(kafka);
  try {
    return (await reader.ends([topic])).get(topic) ?? new Map();
  } finally {
    await reader.disconnect().catch(() => undefined);
  }
}

/** The offsets that were added between the two. */
export function grown(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): Range[] {
  return [...after]
    .map(([partition, to]) => ({ partition, from: before.get(partition) ?? 0, to }))
    .filter(({ from, to }) => from < to);
}
