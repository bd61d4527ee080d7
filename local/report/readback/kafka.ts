import { randomUUID } from 'node:crypto';
import type { Admin, Consumer, EachBatchPayload, KafkaMessage } from 'kafkajs';
import { kafkaOf } from '../../deploy/servers.ts';
import type { LogRecord, TopicLog } from '../world.ts';

const MIB = 2 ** 20;
/** Reading stands still for so long: something is wrong with the brokers. */
const STALLED_MS = 30_000;

export interface ReadOptions {
  /** only records from that time on, ms since the epoch; default all that the topics hold */
  since?: number;
}

/**
 * Reads topics to the end that they have now. Nothing is committed; the consumer group that kafkajs needs is removed
 * again.
 * @throws Error naming the partitions that could not be read to their ends
 */
export async function readTopics<T extends string>(
  brokers: string,
  topics: readonly T[],
  { since }: ReadOptions = {},
): Promise<Record<T, TopicLog>> {
  return withAdmin(brokers, async (admin) => {
    const logs = {} as Record<T, TopicLog>;
    for (const topic of topics) logs[topic] = { partitions: await rangesOf(admin, topic, since), records: [] };
    await readRanges(brokers, admin, logs);
    return logs;
  });
}

/** The record at those coordinates; undefined where there is none: not yet, no more, or compacted away. */
export async function readRecord(
  brokers: string,
  { topic, partition, offset }: Pick<LogRecord, 'topic' | 'partition' | 'offset'>,
): Promise<LogRecord | undefined> {
  return withAdmin(brokers, async (admin) => {
    const range = (await rangesOf(admin, topic, undefined)).find((own) => own.partition === partition);
    if (range === undefined || offset < range.start || offset >= range.end) return undefined;
    const log: TopicLog = { partitions: [{ partition, start: offset, end: offset + 1 }], records: [] };
    await readRanges(brokers, admin, { [topic]: log });
    return log.records[0];
  });
}

async function withAdmin<T>(brokers: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaOf({ kafka: brokers }, 'report').admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

async function readRanges(brokers: string, admin: Admin, logs: Record<string, TopicLog>): Promise<void> {
  const groupId = `report-${randomUUID()}`;
  const consumer = kafkaOf({ kafka: brokers }, 'report').consumer({
    groupId,
    maxBytes: 32 * MIB,
    maxBytesPerPartition: 4 * MIB,
    maxWaitTimeInMs: 100,
  });
  try {
    await readToEnds(consumer, logs);
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => {});
  }
  for (const { records } of Object.values(logs))
    records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

async function rangesOf(admin: Admin, topic: string, since: number | undefined): Promise<TopicLog['partitions']> {
  const offsets = await admin.fetchTopicOffsets(topic);
  const later = since === undefined ? [] : await admin.fetchTopicOffsetsByTimestamp(topic, since);
  return offsets
    .map(({ partition, low, high }) => {
      const start = later.find((own) => own.partition === partition)?.offset ?? low;
      return { partition, start: Number(start), end: Number(high) };
    })
    .sort((a, b) => a.partition - b.partition);
}

async function readToEnds(consumer: Consumer, logs: Record<string, TopicLog>): Promise<void> {
  const unread = Object.entries(logs).flatMap(([topic, { partitions }]) =>
    partitions.filter(({ start, end }) => start < end).map((range) => ({ topic, next: range.start, ...range })),
  );
  const left = new Map(unread.map((range) => [`${range.topic}-${range.partition}`, range]));
  if (left.size === 0) return;

  await consumer.connect();
  await consumer.subscribe({ topics: Object.keys(logs), fromBeginning: true });
  const done = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  const progress = () => {
    clearTimeout(timer);
    const stalled = () => new Error(`can't read ${[...left.keys()].join(', ')}: nothing for ${STALLED_MS / 1000} s`);
    timer = setTimeout(() => done.reject(stalled()), STALLED_MS);
  };
  // A broker that has just started may refuse a group for a moment: kafkajs joins again by itself.
  consumer.on('consumer.crash', ({ payload }) => payload.restart || done.reject(payload.error));
  consumer.on('consumer.group_join', () => {
    for (const { topic, partition, next } of unread) consumer.seek({ topic, partition, offset: String(next) });
  });
  progress();
  try {
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: async (payload: EachBatchPayload) => {
        const { topic, partition, messages } = payload.batch;
        const range = left.get(`${topic}-${partition}`);
        if (range === undefined) return;
        // A group that is joined again begins anew: what was read once isn't read twice.
        for (const message of messages) {
          const offset = Number(message.offset);
          if (offset >= range.next && offset < range.end) {
            logs[topic]?.records.push(recordOf(topic, partition, message));
            range.next = offset + 1;
          }
        }
        if (Number(payload.batch.lastOffset()) >= range.end - 1) left.delete(`${topic}-${partition}`);
        progress();
        if (left.size === 0) done.resolve();
        await payload.heartbeat();
      },
    });
    await done.promise;
  } finally {
    clearTimeout(timer);
  }
}

/** A record as kafkajs gives it, in the report's form. */
export function recordOf(topic: string, partition: number, message: KafkaMessage): LogRecord {
  const { offset, timestamp, key, value, headers } = message;
  const buffers = Object.entries(headers ?? {}).map(([name, held]): [string, Buffer[]] => [
    name,
    // kafkajs begins the list of a header called `constructor` with what an object inherits under that name.
    [held].flat().filter((one) => Buffer.isBuffer(one)),
  ]);
  return {
    topic,
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    key,
    value,
    headers: new Map(buffers),
  };
}
