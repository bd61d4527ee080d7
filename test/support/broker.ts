import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { withAdmin } from '#cli/topic.ts';
import { kafkaOf } from '#local/deploy/servers.ts';
import { KAFKA } from '#local/servers/jars/artifacts.ts';
import { kafkaServer } from '#local/servers/kafka/kafka.ts';
import { prepareSecurity } from '#local/servers/kafka/security.ts';
import { choosePorts } from '#local/servers/ports/ports.ts';
import type { Server } from '#local/servers/server.ts';
import { addressWithLogin } from '#msk';
import { javaWith } from './java.ts';
import { keepOnFailure } from './kept-logs.ts';
import { createTopics } from './topics.ts';

export interface TestBroker {
  readonly server: Server;
  /** "127.0.0.1:port"; of a secured broker with the file of a login that may do everything */
  readonly endpoint: string;
  /** The folder with the partitions' logs. */
  readonly partitions: string;
  /** Reads every record of a topic up to its current end, each partition in order of offset. */
  readAll(topic: string): Promise<TestRecord[]>;
  /** Reads the bytes of a topic's log from disk, without a client. */
  logOf(topic: string): Promise<Buffer>;
  stop(): Promise<void>;
}

export type TestRecord = KafkaMessage & { partition: number };

const PARTITIONS = 3;

/**
 * Starts a broker with these empty topics, of three partitions each.
 * @param secure with TLS, passwords and ACLs, as `npm start -- --secure`
 */
export async function startBroker(topics: readonly string[], secure = false): Promise<TestBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'test-broker-'));
  const data = join(folder, 'kafka');
  await mkdir(data, { mode: 0o700 });
  const { cache, java } = await javaWith(KAFKA);
  const usual = 23_092 + Math.floor(Math.random() * 2_000);
  const [port = 0, controllerPort = 0] = await choosePorts([
    { name: 'kafka', usual, option: '' },
    { name: 'kafka controller', usual: usual + 2_000, option: '' },
  ]);
  const log = join(folder, 'kafka.log');
  keepOnFailure('kafka.log', log);
  const context = { data, kept: false, log, port, cache };
  const security = secure ? await prepareSecurity(folder, java) : undefined;
  const server = kafkaServer(context, java, [{ id: 1, port, controllerPort }], security);
  await server.start();
  await server.ready();

  const endpoint = security === undefined ? server.endpoint : addressWithLogin(server.endpoint, security.toolsFile);
  const kafka = kafkaOf({ kafka: endpoint }, 'test');
  const configEntries = [{ name: 'max.message.bytes', value: '1019904' }];
  await createTopics(
    endpoint,
    topics.map((topic) => ({ topic, numPartitions: PARTITIONS, configEntries })),
  );
  return {
    server,
    endpoint,
    partitions: join(data, 'partitions'),
    readAll: (topic) => readAll(kafka, topic),
    async logOf(topic) {
      const files = (await readdir(data, { recursive: true })).filter((file) =>
        new RegExp(`(^|/)${topic}-\\d+/\\d+\\.log$`).test(file),
      );
      return Buffer.concat(await Promise.all(files.map((file) => readFile(join(data, file)))));
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function readAll(kafka: Kafka, topic: string): Promise<TestRecord[]> {
  const ends = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic));
  const left = new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
  const records: TestRecord[] = [];
  const consumer = kafka.consumer({ groupId: `read-all-${topic}-${Date.now()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const complete = () => [...left].every(([partition, high]) => high <= (read.get(partition) ?? 0));
  const read = new Map<number, number>();
  if (complete()) resolve();
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      records.push({ ...message, partition });
      read.set(partition, Number(message.offset) + 1);
      if (complete()) resolve();
    },
  });
  await done;
  await consumer.disconnect();
  return records.sort((a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset));
}
