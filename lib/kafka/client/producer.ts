import kafkajs, { type Producer } from 'kafkajs';
import { beforeDeadline, type Deadline, retry, within } from '../../deadline.ts';
import { PermanentError, TransientError } from '../../errors.ts';
import { batchBytes, type Message, type OwnMessage, splitByBytes } from '../message.ts';
import { type KafkaAuth, kafkaClient } from './client.ts';
import { oneConnection } from './connection.ts';
import { asKafkajsHeaders } from './kafkajs-headers.ts';
import { keyPartitioner } from './partitioner.ts';

/** A message that its topic refuses for what it is. */
export interface Refusal<M extends OwnMessage = Message> {
  message: M;
  error: PermanentError;
  /** bytes of a batch that its topic may take, fewer than the message has; a guess where the topic's limit is unknown */
  fits: number;
}

export interface RecordProducer {
  /**
   * Produces messages, in their order per key. Returns when all in-sync replicas have acknowledged all but the
   * refused ones.
   * @throws TransientError where that can't be had before the deadline; some messages may then be stored all the same
   */
  send(bootstrapServers: string, messages: readonly Message[], deadline: Deadline): Promise<Refusal[]>;
  close(): Promise<void>;
}

/** One that also takes messages that come from no record. */
export interface AnyProducer extends RecordProducer {
  send<M extends OwnMessage>(
    bootstrapServers: string,
    messages: readonly M[],
    deadline: Deadline,
  ): Promise<Refusal<M>[]>;
}

export interface ProducerOptions {
  auth: KafkaAuth;
  clientId: string;
  /** topic -> its `max.message.bytes` */
  limits: Readonly<Record<string, number>>;
  /** one attempt's time in ms, over which the send counts as failed */
  attemptMs?: number;
}

/**
 * The producer of an execution environment: one connection to the cluster, kept between invocations.
 *
 * It is kafkajs without its idempotent mode, and a send that fails or passes its time ENDS that producer; the next
 * one starts a new connection. With the idempotent mode, or a producer that goes on, what was in flight when a broker
 * froze can be acknowledged in another record's place: a record would be lost that was acknowledged. Without, the
 * worst case is that a record is stored twice, under the same `source`.
 */
export function createProducer(options: ProducerOptions): AnyProducer {
  const attemptMs = options.attemptMs ?? 5_000;
  const connections = oneConnection((servers) => connect(servers, options, attemptMs));

  async function sendOnce(servers: string, chunk: readonly OwnMessage[], deadline: Deadline): Promise<void> {
    const attempt = within(attemptMs, deadline);
    if (attempt.remaining() <= 0) throw new TransientError('KAFKA_TIMEOUT', 'no time was left to send to Kafka');
    const connection = connections.get(servers);
    const topicMessages = byTopic(chunk);
    const work = connection.client.then((producer) => producer.sendBatch({ acks: -1, topicMessages }));
    try {
      await beforeDeadline(work, attempt, 'KAFKA_TIMEOUT', 'the send to Kafka');
    } catch (error) {
      void connections.end(connection);
      work.catch(() => undefined);
      throw asKafkaError(error);
    }
  }

  /** A chunk that is too large for its topic is halved, down to the one message that is at fault. */
  async function sendChunk<M extends OwnMessage>(
    servers: string,
    chunk: readonly M[],
    deadline: Deadline,
  ): Promise<Refusal<M>[]> {
    try {
      await retry(() => sendOnce(servers, chunk, deadline), { deadline });
      return [];
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      const [message] = chunk;
      if (message !== undefined && chunk.length === 1) return [{ message, error, fits: guess(message) }];
      const half = Math.ceil(chunk.length / 2);
      const refused = await sendChunk(servers, chunk.slice(0, half), deadline);
      return [...refused, ...(await sendChunk(servers, chunk.slice(half), deadline))];
    }
  }

  return {
    async send(bootstrapServers, messages, deadline) {
      const [fitting, refusals] = sortOut(messages, options.limits);
      for (const chunk of rounds(fitting, options.limits)) {
        refusals.push(...(await sendChunk(bootstrapServers, chunk, deadline)));
      }
      return refusals;
    },
    close: connections.close,
  };
}

async function connect(bootstrapServers: string, options: ProducerOptions, timeoutMs: number): Promise<Producer> {
  const client = kafkaClient({ auth: options.auth, clientId: options.clientId, bootstrapServers, timeoutMs });
  const producer = client.producer({
    createPartitioner: keyPartitioner,
    allowAutoTopicCreation: false,
    idempotent: false,
  });
  await producer.connect();
  return producer;
}

/** Refuses what is over its topic's limit before it costs a request. A topic without a stated limit is the broker's. */
function sortOut<M extends OwnMessage>(
  messages: readonly M[],
  limits: Readonly<Record<string, number>>,
): [M[], Refusal<M>[]] {
  const fitting: M[] = [];
  const refusals: Refusal<M>[] = [];
  for (const message of messages) {
    const limit = limits[message.topic] ?? Number.POSITIVE_INFINITY;
    if (batchBytes(message) <= limit) fitting.push(message);
    else
      refusals.push({ message, error: tooLarge(`over the ${limit} bytes that ${message.topic} takes`), fits: limit });
  }
  return [fitting, refusals];
}

/** Each round holds the next chunk of every topic: few requests, and a topic's chunks in sequence. */
function rounds<M extends OwnMessage>(messages: readonly M[], limits: Readonly<Record<string, number>>): M[][] {
  const chunked = [...Map.groupBy(messages, (message) => message.topic)].map(([topic, own]) =>
    splitByBytes(own, limits[topic] ?? 1_000_000),
  );
  const count = Math.max(0, ...chunked.map((chunks) => chunks.length));
  return Array.from({ length: count }, (_, i) => chunked.flatMap((chunks) => chunks[i] ?? []));
}

function byTopic(messages: readonly OwnMessage[]) {
  return [...Map.groupBy(messages, (message) => message.topic)].map(([topic, own]) => ({
    topic,
    messages: own.map(({ key, value, headers }) => ({ key, value, headers: asKafkajsHeaders(headers) })),
  }));
}

// A CommonJS module: its errors are no named exports outside of a bundle.
const { KafkaJSProtocolError } = kafkajs;

/** A broker's words for a batch over the topic's `max.message.bytes`, and over its `segment.bytes`. */
const TOO_LARGE: readonly string[] = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

const tooLarge = (why: string) => new PermanentError('TOO_LARGE', `the record is ${why}`);

/** A broker that refuses a message doesn't say what it would take: much less is soon found. */
const guess = (message: OwnMessage) => Math.floor(batchBytes(message) / 8);

function asKafkaError(error: unknown): Error {
  if (error instanceof TransientError) return error;
  if (error instanceof KafkaJSProtocolError && TOO_LARGE.includes(error.type)) return tooLarge('refused as too large');
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new TransientError('KAFKA', `the send to Kafka failed: ${what}`, { cause: error });
}
