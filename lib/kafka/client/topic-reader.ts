import type { Header } from '../headers.ts';
import type { Coordinates } from '../records.ts';
import { type ClientOptions, kafkaClient } from './client.ts';
import { type Cluster, clusterOf, type FetchedMessage, READ_UNCOMMITTED } from './cluster.ts';
import './fetch-request.ts';
import { orderedHeaders } from './fetched-headers.ts';
import { offsetsAt, offsetsOf, type PartitionOffsets, type Place } from './offsets.ts';

/** A record as its topic holds it. */
export interface StoredRecord extends Coordinates {
  /** ms since the epoch */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly Header[];
}

export interface Fetched {
  readonly records: readonly StoredRecord[];
  /** the offset to fetch next; the offset that was asked for if there was nothing */
  readonly next: number;
}

/** Reads topics without a consumer group. Each method throws an Error if the brokers don't answer. */
export interface TopicReader {
  /** the offset of the place, by partition; the end if no record is as late */
  offsetsAt(topic: string, place: Place): Promise<PartitionOffsets>;
  /** The next records from an offset below the end on; undefined if the log no longer holds the offset. */
  fetch(topic: string, partition: number, offset: number): Promise<Fetched | undefined>;
  close(): Promise<void>;
}

/** A larger record is fetched all the same, alone. */
const FETCH_BYTES = 1024 * 1024;
const FETCH_WAIT_MS = 500;

export async function topicReader(options: ClientOptions): Promise<TopicReader> {
  const cluster = clusterOf(kafkaClient(options));
  await cluster.connect();
  const offsets = offsetsOf(cluster);
  return {
    offsetsAt: (topic, place) => offsetsAt(offsets, topic, place).catch((error: unknown) => explain(error, topic)),
    fetch: (topic, partition, offset) => fetch(cluster, topic, partition, offset),
    close: () => cluster.disconnect().catch(() => undefined),
  };
}

function explain(error: unknown, topic: string): never {
  if ((error as { type?: string }).type !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error;
  throw new Error(`there is no topic ${topic}`, { cause: error });
}

async function fetch(cluster: Cluster, topic: string, partition: number, offset: number): Promise<Fetched | undefined> {
  await cluster.addTargetTopic(topic);
  const led = cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition);
  if (led === undefined) return undefined;
  const broker = await cluster.findBroker({ nodeId: String(led.leader) });
  const asked = { partition, fetchOffset: String(offset), maxBytes: FETCH_BYTES };
  try {
    const { responses } = await broker.fetch({
      isolationLevel: READ_UNCOMMITTED,
      maxWaitTime: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES,
      topics: [{ topic, partitions: [asked] }],
    });
    const messages = responses.flatMap(({ partitions }) => partitions.flatMap((own) => own.messages));
    // The broker returns whole batches: the first one may begin below the offset.
    const records = messages
      .filter((message) => !message.isControlRecord && Number(message.offset) >= offset)
      .map((message) => storedRecord(topic, partition, message));
    return { records, next: Math.max(offset, Number(messages.at(-1)?.offset ?? -1) + 1) };
  } catch (error) {
    if ((error as Error).name === 'KafkaJSOffsetOutOfRange') return undefined;
    throw error;
  }
}

function storedRecord(topic: string, partition: number, message: FetchedMessage): StoredRecord {
  const { offset, timestamp, key, value, headers } = message;
  return {
    topic,
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    key,
    value,
    headers: orderedHeaders(headers),
  };
}
