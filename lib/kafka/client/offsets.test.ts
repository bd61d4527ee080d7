import type { Kafka } from 'kafkajs';
import { offsetReader } from './offsets.ts';

/** A cluster of two brokers: broker 1 leads partitions 0 and 2 of each topic, broker 2 leads partition 1. */
function cluster() {
  const requests: string[] = [];
  const leaders: Record<string, number[]> = { 1: [0, 2], 2: [1] };
  const broker = (nodeId: string) => ({
    async listOffsets({
      topics,
    }: {
      topics: { topic: string; partitions: { partition: number; timestamp: number }[] }[];
    }) {
      requests.push(
        `${nodeId} lists ${topics.map(({ topic, partitions }) => `${topic}/${partitions.length}`).join(' ')}`,
      );
      const responses = topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, timestamp }) => ({
          partition,
          // No record of partition 2 is as young as any timestamp.
          offset: String(partition === 2 && timestamp > 0 ? -1 : 10 + partition),
          timestamp: String(timestamp),
        })),
      }));
      return { responses };
    },
    async offsetFetch({ groupId }: { groupId: string }) {
      requests.push(`${nodeId} fetches ${groupId}`);
      const partitions = [0, 1, 2].map((partition) => ({ partition, offset: partition === 0 ? '7' : '-1' }));
      return { responses: [{ topic: 't', partitions }] };
    },
  });
  const made = {
    connect: async () => {},
    disconnect: async () => {},
    addMultipleTargetTopics: async () => {},
    findTopicPartitionMetadata: () => [0, 1, 2].map((partitionId) => ({ partitionId })),
    findLeaderForPartitions: () => leaders,
    findBroker: async ({ nodeId }: { nodeId: string }) => broker(nodeId),
    async findGroupCoordinator({ groupId }: { groupId: string }) {
      requests.push(`who coordinates ${groupId}`);
      return broker('2');
    },
  };
  const kafka = { [Symbol('private:Kafka:createCluster')]: () => made } as unknown as Kafka;
  return { kafka, requests };
}

test('asks each leader once for the partitions of all topics that it leads', async () => {
  const { kafka, requests } = cluster();
  const reader = await offsetReader(kafka);

  const ends = await reader.ends(['t', 'u']);

  const expected = new Map([
    [0, 10],
    [1, 11],
    [2, 12],
  ]);
  expect(ends).toEqual(
    new Map([
      ['t', expected],
      ['u', expected],
    ]),
  );
  expect(requests).toEqual(['1 lists t/2 u/2', '2 lists t/1 u/1']);
});

test('a partition without a record that is young enough is absent; the others have its timestamp', async () => {
  const reader = await offsetReader(cluster().kafka);

  const since = await reader.since(['t'], 1_000);

  expect(since.get('t')).toEqual(
    new Map([
      [0, { offset: 10, timestamp: 1_000 }],
      [1, { offset: 11, timestamp: 1_000 }],
    ]),
  );
});

test('a partition without a commit is absent, and the coordinator of a group is found once', async () => {
  const { kafka, requests } = cluster();
  const reader = await offsetReader(kafka);

  expect(await reader.committed('g', 't')).toEqual(new Map([[0, 7]]));
  await reader.committed('g', 't');

  expect(requests).toEqual(['who coordinates g', '2 fetches g', '2 fetches g']);
});
