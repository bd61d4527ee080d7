import kafkajs, { type Producer } from 'kafkajs';
import { beforeDeadline, type Deadline, retry, within } from '../../deadline.ts';
import { PermanentError, TransientError } from '../../errors.ts';
import { inSendSpan } from '../../spans.ts';
import { batchBytes, type Message, type OwnMessage, splitByBytes } from '../message.ts';
import { type ClientOptions, kafkaClient } from './client.ts';
import { oneConnection } from './connection.ts';
import { asKafkajsHeaders } from './kafkajs-headers.ts';
import { keyPartitioner } from './partitioner.ts';

/** A message that its topic refuses because of its size. */
export interface Refusal<M extends OwnMessage = Message> {
  message: M;
  error: PermanentError;
  /**
   * how many bytes the topic may take in a batch, less than the message has; a guess if the topic's limit is unknown
   */
  fits: number;
}

export interface RecordProducer {
  /**
   * Produces messages, in their order per key. Returns when all in-sync replicas have acknowledged every message that
   * isn't refused.
   * @throws TransientError if that isn't so before the deadline; some messages may be stored all the same
   */
  send(bootstrapServers: string, messages: readonly Message[], deadline: Deadline): Promise<Refusal[]>;
  close(): Promise<void>;
}

/** A producer that also takes messages that don't come from a record. */
export interface AnyProducer extends RecordProducer {
  send<M extends OwnMessage>(
    bootstrapServers: string,
    messages: readonly M[],
    deadline: Deadline,
  ): Promise<Refusal<M>[]>;
}

export interface ProducerOptions {
  auth: ClientOptions['auth'];
  clientId: string;
  /** topic -> its `max.message.bytes` */
  limits: Readonly<Record<string, number>>;
  /** the time limit of one attempt, in ms */
  attemptMs?: number;
  /** never: a failed send is not tried again, because the broker may have stored its messages */
  retries?: 'never';
}

/**
 * The producer of an execution environment: it keeps one connection to the cluster between invocations.
 *
 * It uses kafkajs without its idempotent mode. A send that fails or takes too long ENDS the kafkajs producer, and the
 * next send opens a new connection. With the idempotent mode, or if the kafkajs producer went on after a failure, the
 * acknowledgement of a request that was in flight when a broker froze could count for another record: that record would
 * be lost, although it was acknowledged. Without them, the worst case is that a record is stored twice, with the same
 * `source`.
 */
export function createProducer(options: ProducerOptions): AnyProducer {
  const attemptMs = options.attemptMs ?? 5_000;
  const connections = oneConnection((servers) => connect(servers, options, attemptMs));

  async function sendOnce(servers: string, round: Round<OwnMessage>, deadline: Deadline): Promise<void> {
    const attempt = within(attemptMs, deadline);
    if (attempt.remaining() <= 0) throw new TransientError('KAFKA_TIMEOUT', 'no time was left to send to Kafka');
    const connection = connections.get(servers);
    const topicMessages = round.map(({ topic, messages }) => ({ topic, messages: messages.map(asKafkajsMessage) }));
    const work = connection.client.then((producer) => producer.sendBatch({ acks: -1, topicMessages }));
    try {
      await beforeDeadline(work, attempt, 'KAFKA_TIMEOUT', 'the send to Kafka');
    } catch (error) {
      void connections.end(connection);
      work.catch(() => undefined);
      throw asKafkaError(error);
    }
  }

  /** Splits a round that is too large for a topic in halves, until the message that is too large is alone. */
  async function sendRound<M extends OwnMessage>(
    servers: string,
    round: Round<M>,
    deadline: Deadline,
  ): Promise<Refusal<M>[]> {
    try {
      const send = () => sendOnce(servers, round, deadline);
      await (options.retries === 'never' ? send() : retry(send, { deadline }));
      return [];
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      const all = round.flatMap(({ messages }) => messages);
      const [message] = all;
      if (message !== undefined && all.length === 1) return [{ message, error, fits: guess(message) }];
      const half = Math.ceil(all.length / 2);
      const refused = await sendRound(servers, byTopic(all.slice(0, half)), deadline);
      return [...refused, ...(await sendRound(servers, byTopic(all.slice(half)), deadline))];
    }
  }

  async function sendAll<M extends OwnMessage>(servers: string, messages: readonly M[], deadline: Deadline) {
    const { rounds, refusals } = chunked(messages, options.limits);
    for (const round of rounds) {
      refusals.push(...(await sendRound(servers, round, deadline)));
    }
    return refusals;
  }

  return {
    send: (bootstrapServers, messages, deadline) =>
      inSendSpan(messages, () => sendAll(bootstrapServers, messages, deadline)),
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

/** A topic without a known limit: the broker refuses what is too large. */
const USUAL_LIMIT = 1_000_000;

/** What is sent together: messages of each topic, in their order. */
type Round<M extends OwnMessage> = { readonly topic: string; readonly messages: readonly M[] }[];

/**
 * Refuses messages over their topic's limit, and divides the others into rounds. Each round holds the next chunk of
 * every topic. This takes few requests, and a topic's chunks stay in sequence.
 */
function chunked<M extends OwnMessage>(messages: readonly M[], limits: Readonly<Record<string, number>>) {
  const refusals: Refusal<M>[] = [];
  const rounds: Round<M>[] = [];
  for (const { topic, messages: own } of byTopic(messages)) {
    const limit = limits[topic];
    let round = 0;
    for (const chunk of splitByBytes(own, limit ?? USUAL_LIMIT)) {
      const [message] = chunk;
      if (limit !== undefined && message !== undefined && chunk.length === 1 && batchBytes(message) > limit) {
        refusals.push({ message, error: tooLarge(`over the ${limit} bytes that ${topic} takes`), fits: limit });
      } else {
        rounds[round] ??= [];
        rounds[round]?.push({ topic, messages: chunk });
        round += 1;
      }
    }
  }
  return { refusals, rounds };
}

function byTopic<M extends OwnMessage>(messages: readonly M[]): Round<M> {
  return [...Map.groupBy(messages, ({ topic }) => topic)].map(([topic, own]) => ({ topic, messages: own }));
}

const asKafkajsMessage = ({ key, value, headers, partition, timestamp }: OwnMessage) => ({
  key,
  value,
  headers: asKafkajsHeaders(headers),
  ...(partition !== undefined && { partition }),
  ...(timestamp !== undefined && { timestamp: String(timestamp) }),
});

// kafkajs is a CommonJS module: outside of a bundle, Node.js finds no named exports for its errors.
const { KafkaJSProtocolError } = kafkajs;

/** A broker's errors for a batch over the topic's `max.message.bytes` and over its `segment.bytes`. */
const TOO_LARGE: readonly string[] = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

const tooLarge = (why: string) => new PermanentError('TOO_LARGE', `the record is ${why}`);

/** A broker that refuses a message doesn't say how much it would take: an eighth is tried next. */
const guess = (message: OwnMessage) => Math.floor(batchBytes(message) / 8);

function asKafkaError(error: unknown): Error {
  if (error instanceof TransientError) return error;
  if (error instanceof KafkaJSProtocolError && TOO_LARGE.includes(error.type)) return tooLarge('refused as too large');
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new TransientError('KAFKA', `the send to Kafka failed: ${what}`, { cause: error });
}
