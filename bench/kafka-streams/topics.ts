import { Partitioners } from 'kafkajs';
import { kafkaOf } from '#local/deploy/servers.ts';
import type { KafkaRecord } from '#msk';
import type { Message, Metric } from './orders.ts';

const CHUNK = 5_000;

/** Creates a topic with this number of partitions. */
export async function createTopic(brokers: string, topic: string, numPartitions: number): Promise<void> {
  const admin = kafkaOf({ kafka: brokers }, 'bench').admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
  await admin.disconnect();
}

/** Produces messages in their order, by key; then the n-th of the last messages to partition n. */
export async function produce(brokers: string, topic: string, messages: Iterable<Message>, last: readonly Message[]) {
  const producer = kafkaOf({ kafka: brokers }, 'bench').producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  let chunk: Message[] = [];
  for (const message of messages) {
    chunk.push(message);
    if (chunk.length < CHUNK) continue;
    await producer.send({ topic, messages: chunk });
    chunk = [];
  }
  await producer.send({ topic, messages: chunk });
  await producer.send({ topic, messages: last.map((message, partition) => ({ ...message, partition })) });
  await producer.disconnect();
}

/** Reads all records of a topic, in offset order for each partition. */
export async function readTopic(brokers: string, topic: string): Promise<Map<number, KafkaRecord[]>> {
  const kafka = kafkaOf({ kafka: brokers }, 'bench');
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const left = new Map(ends.flatMap(({ partition, high }) => (high === '0' ? [] : [[partition, Number(high)]])));
  const records = new Map<number, KafkaRecord[]>(ends.map(({ partition }) => [partition, []]));
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  if (left.size === 0) resolve();
  const consumer = kafka.consumer({ groupId: `bench-read-${topic}-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    async eachBatch({ batch: { partition, messages } }) {
      const own = records.get(partition) as KafkaRecord[];
      for (const { offset, timestamp, key, value, headers = {} } of messages) {
        own.push({
          offset: Number(offset),
          timestamp: Number(timestamp),
          key,
          value,
          headers: Object.entries(headers).map(([name, bytes]) => ({ name, value: bytes as Buffer })),
        });
      }
      if ((own.at(-1)?.offset ?? 0) + 1 >= (left.get(partition) ?? 0)) left.delete(partition);
      if (left.size === 0) resolve();
    },
  });
  await complete;
  await consumer.disconnect();
  return records;
}

/** The last record of each partition of a finished topic. */
const END: Message = { key: '', value: 'null', headers: { source: '' } };

/** Reads the result with the most orders of each window and product. */
export async function readMetrics(brokers: string, topic: string, partitions: number): Promise<Map<string, Metric>> {
  const largest = new Map<string, Metric>();
  // The last offset may be that of a transaction's marker, which no consumer is given. So this adds a record after it.
  await produce(brokers, topic, [], Array(partitions).fill(END));
  for (const { value } of [...(await readTopic(brokers, topic)).values()].flat()) {
    const metric = JSON.parse(String(value)) as Metric | null;
    if (metric === null) continue;
    const key = `${metric.window_start}/${metric.product_id}`;
    if ((largest.get(key)?.order_count ?? 0) < metric.order_count) largest.set(key, metric);
  }
  return largest;
}
