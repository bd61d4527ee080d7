import { Partitioners, type Producer } from 'kafkajs';

/** Sends records of one key, and returns `<topic>-<partition>-<offset>` of each. */
export type SendRecords = (values: readonly Buffer[], key: string | undefined) => Promise<string[]>;

/** Sends records to a topic. It chooses the partitions itself, to know the offset of each record. */
export function sendRecords(producer: Producer, topic: string, partitions: readonly number[]): SendRecords {
  const choose = Partitioners.DefaultPartitioner();
  const partitionMetadata = partitions.map((partitionId) => ({ partitionId, leader: 0 })) as Parameters<
    typeof choose
  >[0]['partitionMetadata'];
  return async (values, key) => {
    const messages = values.map((value) => {
      const message = { key: key ?? null, value };
      return { ...message, partition: choose({ topic, partitionMetadata, message }) };
    });
    const places = await producer.send({ topic, acks: -1, messages });
    const next = new Map(places.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
    return messages.map(({ partition }) => {
      const offset = next.get(partition) as number;
      next.set(partition, offset + 1);
      return `${topic}-${partition}-${offset}`;
    });
  };
}
