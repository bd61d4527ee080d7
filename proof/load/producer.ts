import type { Broker, MessageRecord, produceV9 } from '@platformatic/kafka';
import type { BegunTrace, TraceStarter } from '#lib/observability/tracing/trace-starter.ts';
import { Cluster } from '#msk';
import { findLeaders } from './leaders.ts';
import type { WritableManifest } from './manifest.ts';
import { PARTITIONERS, type PartitionerName } from './partitioner.ts';
import type { GeneratedRecord } from './record.ts';

export interface ProducerOptions {
  /** "127.0.0.1:9092,…" */
  brokers: string;
  clientId: string;
  topics: readonly string[];
  manifest: WritableManifest;
  /** ms that a record waits for others of its request, for each broker; {@link LINGER_MS} by default */
  lingerMs?: number;
  /** how a record's partition is chosen; `hash`, as Kafka's clients do, by default */
  partitioner?: PartitionerName | undefined;
  traces?: TraceStarter | undefined;
}

export interface GeneratorProducer {
  /** Queues records, which share requests with the records of the next ms. @param time Kafka timestamp in ms */
  send(records: readonly GeneratedRecord[], time: number): void;
  /** Sends what is queued, and waits until all of it is acknowledged or has failed. */
  flush(): Promise<void>;
  /** Flushes and disconnects. */
  stop(): Promise<void>;
  /** Records that are queued or being sent. */
  pending(): number;
  /** Why the latest failed send failed. */
  lastError(): Error | undefined;
}

type Response = produceV9.ProduceResponse;

interface Queued {
  record: GeneratedRecord;
  partition: number;
  id: string;
  time: number;
  trace: BegunTrace | undefined;
}

/** Enough to keep a slow broker busy, but few, so that a failure leaves few records uncertain. */
const REQUESTS_IN_FLIGHT = 4;
const RECORDS_PER_REQUEST = 2_000;
/** Below a topic's max.message.bytes, which counts a partition's whole batch. */
const BYTES_PER_REQUEST = 1_010_000;
const RECORD_OVERHEAD_BYTES = 100;
const REQUEST_TIMEOUT_MS = 10_000;
/**
 * How long a record waits for others, as with the setting linger.ms of Kafka's own producers. A request of one record
 * takes this process, the brokers and each of the topic's readers as much CPU time as one of twenty. Each leader gets
 * its own request: with three brokers, a record waits three times as long.
 */
const LINGER_MS = 100;
const ALL_REPLICAS = -1;
const GENERATED = Buffer.from('generated');
const TRACEPARENT = Buffer.from('traceparent');

/**
 * A producer that knows the coordinates of each of its records. It chooses the partition itself, and counts offsets
 * from the base offset that the leader returns for each partition.
 *
 * acks=all, no idempotence, no retry: the records of a partition that a leader doesn't acknowledge are `uncertain` in
 * the manifest. Each record has the header `generated` with an id that is unique across runs, so that the report
 * recognises an uncertain record.
 *
 * @throws Error where the brokers can't be reached or a topic is missing
 */
export async function startProducer(options: ProducerOptions): Promise<GeneratorProducer> {
  const { brokers, clientId, topics, manifest, lingerMs = LINGER_MS, partitioner = 'hash', traces } = options;
  const choosePartition = PARTITIONERS[partitioner]();
  // Loaded here, because it takes half a second. It takes half of the CPU time of kafkajs for each record.
  const { Base, produceV9, ResponseError } = await import('@platformatic/kafka');
  const client = new Base({
    ...new Cluster(brokers).options(clientId),
    connectTimeout: 3_000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retries: 0,
  });
  const leaders = await findLeaders(client, topics, brokers).catch(async (cause) => {
    await client.close();
    throw new Error(`can't generate into ${topics.join(' and ')} on ${brokers}`, { cause });
  });

  let queue: Queued[] = [];
  const inFlight = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let made = 0;
  let recordsInFlight = 0;
  let lastError: Error | undefined;
  let isStale = false;
  let refreshing: Promise<void> | undefined;

  /** Sends records to the leader of their partitions, and returns its answer, also where it reports errors. */
  async function produce(leader: Broker | undefined, records: Queued[]): Promise<Response> {
    if (leader === undefined) throw new Error('a partition has no leader');
    const connection = await client.connections.get(leader);
    try {
      const messages = records.map(toMessage);
      return (await produceV9.api.async(connection, ALL_REPLICAS, REQUEST_TIMEOUT_MS, messages, {})) as Response;
    } catch (error) {
      if (!(error instanceof ResponseError && error['response'])) throw error;
      failed(error);
      return error['response'] as Response;
    }
  }

  function failed(error: Error) {
    lastError = error;
    isStale = true;
  }

  async function request(leader: Broker | undefined, records: Queued[]): Promise<void> {
    const response = await produce(leader, records).catch((error: Error) => failed(error));
    const next = new Map(response ? offsetsOf(response) : []);
    for (const { record, partition, id, trace } of records) {
      const log = `${record.topic}-${partition}`;
      const offset = next.get(log);
      trace?.end(offset !== undefined);
      if (offset === undefined) {
        manifest.fail(record.topic, partition, id, record.mark);
      } else {
        next.set(log, offset + 1);
        manifest.acknowledge(record.topic, partition, offset, record.mark);
        record.onAcknowledged?.();
      }
    }
  }

  /** Sends a batch: one request to each leader. */
  async function requests(batch: Queued[]): Promise<void> {
    recordsInFlight += batch.length;
    if (isStale) {
      isStale = false;
      // If no broker answers, the request fails with the old leader too.
      refreshing = leaders
        .refresh()
        .catch(failed)
        .finally(() => {
          refreshing = undefined;
        });
    }
    await refreshing;
    const byLeader = Map.groupBy(batch, ({ record, partition }) => leaders.leaderOf(record.topic, partition));
    await Promise.all([...byLeader].map(([leader, records]) => request(leader, records)));
    recordsInFlight -= batch.length;
    void traces?.flush();
  }

  function sendQueued() {
    clearTimeout(timer);
    timer = undefined;
    while (queue.length > 0 && inFlight.size < REQUESTS_IN_FLIGHT) {
      const count = countForOneRequest(queue);
      const batch = queue.slice(0, count);
      queue = queue.slice(count);
      const sending = requests(batch).finally(() => {
        inFlight.delete(sending);
        // Else the linger's timer sends what is queued.
        if (timer === undefined) sendQueued();
      });
      inFlight.add(sending);
    }
  }

  async function flush() {
    sendQueued();
    while (inFlight.size > 0 || queue.length > 0) {
      await Promise.all(inFlight);
      sendQueued();
    }
  }

  return {
    send(records, time) {
      for (const record of records) {
        const partition = choosePartition(record, leaders.partitionsOf(record.topic));
        const id = `${clientId}-${manifest.startedAt}/${made++}`;
        queue.push({ record, time, partition, id, trace: traces?.begin(record.topic) });
      }
      if (queue.length >= RECORDS_PER_REQUEST) sendQueued();
      else timer ??= setTimeout(sendQueued, lingerMs * leaders.count);
    },
    flush,
    async stop() {
      await flush();
      await traces?.flush();
      await client.close();
    },
    pending: () => queue.length + recordsInFlight,
    lastError: () => lastError,
  };
}

function toMessage({ record, partition, id, time, trace }: Queued): MessageRecord {
  return {
    topic: record.topic,
    partition,
    timestamp: BigInt(time),
    ...(record.key !== null && { key: Buffer.from(record.key) }),
    // The client's types don't know a tombstone, but it writes one.
    value: record.value as Buffer,
    headers: new Map([
      [GENERATED, Buffer.from(id)],
      ...(trace === undefined ? [] : [[TRACEPARENT, Buffer.from(trace.traceparent)] as const]),
    ]),
  };
}

/** The first offset of each partition that acknowledged its records. */
function offsetsOf({ responses }: Response): [string, number][] {
  return responses.flatMap(({ name, partitionResponses }) =>
    partitionResponses
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ index, baseOffset }): [string, number] => [`${name}-${index}`, Number(baseOffset)]),
  );
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
