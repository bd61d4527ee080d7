import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel, type Message, Partitioners, type Producer } from 'kafkajs';
import '#lib/kafka/client/kafkajs-timers.ts';
import type { WritableManifest } from './manifest.ts';
import type { GeneratedRecord } from './record.ts';

export interface ProducerOptions {
  /** "127.0.0.1:9092,…" */
  brokers: string;
  clientId: string;
  topics: readonly string[];
  manifest: WritableManifest;
}

export interface GeneratorProducer {
  /** Queues records, and sends as many as the limit of requests in flight allows. @param time Kafka timestamp in ms */
  send(records: readonly GeneratedRecord[], time: number): void;
  /** Waits until all queued records are acknowledged or have failed. */
  flush(): Promise<void>;
  /** Flushes and disconnects. */
  stop(): Promise<void>;
  /** Records that are queued or being sent. */
  pending(): number;
  /** Why the latest failed send failed. */
  lastError(): Error | undefined;
}

interface Queued {
  record: GeneratedRecord;
  partition: number;
  id: string;
  time: number;
}

/** Enough to keep a slow broker busy, but few, so that a failure leaves few records uncertain. */
const REQUESTS_IN_FLIGHT = 4;
const RECORDS_PER_REQUEST = 2_000;
/** Below a topic's max.message.bytes, which counts a partition's whole batch. */
const BYTES_PER_REQUEST = 1_010_000;
const RECORD_OVERHEAD_BYTES = 100;
const REQUEST_TIMEOUT_MS = 10_000;
const LEADERS_READY_MS = 15_000;
const LEADERS_POLL_MS = 200;

/**
 * A producer that knows the coordinates of each of its records. It chooses the partition itself (Kafka's default:
 * murmur2 of the key; round robin without a key) and counts offsets from the base offset that the brokers return per
 * partition.
 *
 * acks=all, no idempotence, no retry: a send that fails leaves its records `uncertain` in the manifest. Each record has
 * the header `generated` with an id that is unique across runs, so that the report recognises an uncertain record.
 *
 * @throws Error where the brokers can't be reached or a topic is missing
 */
export async function startProducer(options: ProducerOptions): Promise<GeneratorProducer> {
  const { brokers, clientId, topics, manifest } = options;
  const kafka = new Kafka({
    clientId,
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: 0 },
  });
  const partitionOf = await choosePartitions(kafka, topics, brokers);
  const producer: Producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();

  const queue: Queued[] = [];
  const inFlight = new Set<Promise<void>>();
  let made = 0;
  let recordsInFlight = 0;
  let lastError: Error | undefined;

  async function request(batch: Queued[]): Promise<void> {
    recordsInFlight += batch.length;
    const byTopic = Map.groupBy(batch, ({ record }) => record.topic);
    const topicMessages = [...byTopic].map(([topic, queued]) => ({ topic, messages: queued.map(toMessage) }));
    try {
      const places = await producer.sendBatch({ acks: -1, timeout: REQUEST_TIMEOUT_MS, topicMessages });
      const next = new Map(places.map((place) => [`${place.topicName}-${place.partition}`, Number(place.baseOffset)]));
      for (const { record, partition } of batch) {
        const log = `${record.topic}-${partition}`;
        const offset = next.get(log) as number;
        next.set(log, offset + 1);
        manifest.acknowledge(record.topic, partition, offset, record.mark);
        record.onAcknowledged?.();
      }
    } catch (error) {
      lastError = error as Error;
      for (const { record, partition, id } of batch) manifest.fail(record.topic, partition, id, record.mark);
    }
    recordsInFlight -= batch.length;
  }

  function sendQueued() {
    while (queue.length > 0 && inFlight.size < REQUESTS_IN_FLIGHT) {
      const sending = request(queue.splice(0, countForOneRequest(queue))).finally(() => {
        inFlight.delete(sending);
        sendQueued();
      });
      inFlight.add(sending);
    }
  }

  async function flush() {
    while (inFlight.size > 0) await Promise.all(inFlight);
  }

  return {
    send(records, time) {
      for (const record of records) {
        queue.push({ record, time, partition: partitionOf(record), id: `${clientId}-${manifest.startedAt}/${made++}` });
      }
      sendQueued();
    },
    flush,
    async stop() {
      await flush();
      await producer.disconnect();
    },
    pending: () => queue.length + recordsInFlight,
    lastError: () => lastError,
  };
}

function toMessage({ record, partition, id, time }: Queued): Message {
  return {
    key: record.key,
    value: record.value,
    partition,
    timestamp: String(time),
    headers: { generated: id },
  };
}

function countForOneRequest(queue: readonly Queued[]): number {
  let bytes = 0;
  const limit = Math.min(queue.length, RECORDS_PER_REQUEST);
  for (let count = 0; count < limit; count++) {
    bytes += (queue[count]?.record.value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
    if (bytes > BYTES_PER_REQUEST && count > 0) return count;
  }
  return limit;
}

async function choosePartitions(kafka: Kafka, topics: readonly string[], brokers: string) {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [...topics] });
    await leadersReady(admin, topics);
    const partitions = new Map(found.map((topic) => [topic.name, topic.partitions]));
    const choose = Partitioners.DefaultPartitioner();
    return ({ topic, key, value }: GeneratedRecord): number =>
      choose({ topic, partitionMetadata: partitions.get(topic) ?? [], message: { key, value } });
  } catch (cause) {
    throw new Error(`can't generate into ${topics.join(' and ')} on ${brokers}`, { cause });
  } finally {
    await admin.disconnect();
  }
}

/**
 * Waits until each partition's leader serves it. The metadata of a new topic names the leaders before these brokers
 * know about it, and sends would fail. Only a leader answers a request for offsets.
 */
async function leadersReady(admin: Admin, topics: readonly string[]): Promise<void> {
  for (const deadline = Date.now() + LEADERS_READY_MS; ; ) {
    try {
      for (const topic of topics) await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(LEADERS_POLL_MS);
    }
  }
}
