import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import '../../../lib/kafka/client/kafkajs-timers.ts';
import { Cluster } from '../consumer/cluster.ts';
import { Poller } from '../polling/poller.ts';
import { createInvoker, type Invoker } from '../runtime/invoker.ts';
import type { Mapping } from '../template/mapping.ts';
import { testMapping } from '../test/mapping.ts';

export const brokers = process.env['KAFKA_BROKERS'] ?? '127.0.0.1:9092';
export const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });

/** Creates a topic with `records` records of `bytes` bytes each, distributed over its partitions. */
export async function filledTopic(partitions: number, records: number, bytes: number): Promise<string> {
  const topic = `bench-${randomUUID()}`;
  // Idempotent: if a new partition has no leader yet, kafkajs sends the records of the other partitions again.
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
  const admin = kafka.admin();
  await Promise.all([admin.connect(), producer.connect()]).catch((error: Error) => {
    console.error(`no broker answers at ${brokers} (${error.message}): start one, or set KAFKA_BROKERS`);
    process.exit(1);
  });
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true });
  const value = Buffer.alloc(bytes, 'x');
  const chunk = 3000;
  for (let first = 0; first < records; first += chunk) {
    const messages = Array.from({ length: Math.min(chunk, records - first) }, (_, index) => ({
      partition: index % partitions,
      value,
    }));
    await producer.send({ topic, messages });
  }
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  return topic;
}

export async function deleteTopics(topics: string[]): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics });
  await admin.disconnect();
}

/** A packaged function. Each instance is a process, as with `serverless msk start`. */
export async function packagedFunction(code: string): Promise<Invoker & { remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'msk-bench-'));
  await writeFile(join(directory, 'index.mjs'), code);
  const invoker = createInvoker(
    {
      key: 'bench',
      name: 'bench',
      handler: 'index.handler',
      runtime: 'nodejs24.x',
      timeout: 60,
      memorySize: 256,
      environment: {},
      directory,
    },
    'us-east-1',
  );
  return {
    ...invoker,
    async remove() {
      await invoker.cleanup();
      await rm(directory, { recursive: true });
    },
  };
}

/** A mapping of the topic, not started yet. */
export function pollerOf(topic: string, invoke: Invoker['invoke'], settings: Partial<Mapping> = {}) {
  const cluster = new Cluster(brokers);
  const mapping = testMapping(topic, { group: topic, batchSize: 1000, windowMilliseconds: 500, ...settings });
  const poller = new Poller({ mapping, functionKey: 'bench', cluster, invoke, environment: {}, log: console.error });
  return {
    poller,
    stop: async () => {
      await poller.stop(5000);
      await cluster.disconnect();
    },
  };
}

/** Prints a figure and its limit. If the figure misses the limit, the process will fail. */
export function check(name: string, figure: string, holds: boolean, bound: string): void {
  console.log(`${holds ? 'ok  ' : 'MISS'} ${name}: ${figure} (${bound})`);
  if (!holds) process.exitCode = 1;
}
