import type { Consumer, offsetCommitV8 } from '@platformatic/kafka';
import { kafkaClient } from './kafka-client.ts';

/**
 * Commits offsets as the current member of the group. It never commits under another member id: in between, another
 * member may have owned the partitions.
 *
 * @throws Error if Kafka hasn't stored the offsets
 */
export async function commitOffsets(
  consumer: Consumer | undefined,
  group: string,
  topic: string,
  offsets: { partition: number; offset: number }[],
): Promise<void> {
  if (!consumer?.memberId) throw new Error('the member left the group before its offsets were committed');
  const { offsetCommitV8 } = await kafkaClient();
  const coordinator = await consumer.findGroupCoordinator();
  const connection = (await consumer.connectToBrokers([coordinator])).get(coordinator);
  if (!connection) throw new Error("the group's coordinator is not available");
  const partitions = offsets.map(({ partition, offset }) => ({
    partitionIndex: partition,
    committedOffset: BigInt(offset),
    committedLeaderEpoch: -1,
    committedMetadata: null,
  }));
  const topics: offsetCommitV8.OffsetCommitRequestTopic[] = [{ name: topic, partitions }];
  const { generationId, memberId } = consumer;
  await offsetCommitV8.api.async(connection, group, generationId, memberId, null, topics);
}
