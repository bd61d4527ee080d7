import { randomUUID } from 'node:crypto';
import { Admin, Consumer, MessagesStreamModes, Producer } from '@platformatic/kafka';
import { ACT_HEADER } from '../rows/act.ts';
import type { Request, Send } from '../rows/row.ts';
import type { Ask, KafkaAnswers, KafkaRequest } from './requests.ts';

type Answer = KafkaAnswers[KafkaRequest['ask']];

/**
 * Talks to the cluster. On AWS the cluster is private, so this runs as a function in its VPC. On this machine the driver
 * calls it directly.
 */
export async function handler(request: KafkaRequest): Promise<Answer> {
  if (request.ask === 'produce') return produce(request);
  if (request.ask === 'committed') return committed(request.topics);
  return read(request.topic);
}

/** For the driver, which knows which answer a request has. */
export const ask: Ask = async (request) => (await handler(request)) as never;

function client() {
  const brokers = process.env['KAFKA_BROKERS'];
  if (!brokers) throw new Error('KAFKA_BROKERS must name the brokers');
  return {
    clientId: 'conform',
    bootstrapBrokers: brokers.split(','),
    retries: 5,
    retryDelay: 300,
    ...(process.env['KAFKA_AUTH'] === 'iam' && { tls: {}, sasl: { mechanism: 'OAUTHBEARER' as const, token } }),
  };
}

/** Loaded only on AWS. */
async function token(): Promise<string> {
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
  return (await generateAuthToken({ region: process.env['AWS_REGION'] ?? '' })).token;
}

async function produce({ topic, requests, patienceMs }: KafkaRequest & { ask: 'produce' }) {
  const until = Date.now() + patienceMs;
  const usual = new Producer({ ...client(), acks: -1 });
  try {
    for (const request of requests) {
      const messages = request.sends.map((send) => message(topic, send, until));
      if (request.ends) await inTransaction(request, messages);
      else await usual.send({ messages, compression: request.codec ?? 'none' });
    }
  } finally {
    await usual.close();
  }
  return { until };
}

async function inTransaction({ ends = 'commit' }: Request, messages: ReturnType<typeof message>[]): Promise<void> {
  const producer = new Producer({ ...client(), acks: -1, idempotent: true, transactionalId: randomUUID() });
  try {
    const transaction = await producer.beginTransaction();
    await transaction.send({ messages });
    await transaction[ends]();
  } finally {
    await producer.close();
  }
}

function message(topic: string, send: Send, until: number) {
  const { partition = 0, key, act, ageSeconds } = send;
  const timestamp = ageSeconds === undefined ? send.timestamp : Date.now() - ageSeconds * 1000;
  const headers = (send.headers ?? []).map(([name, bytes]): [Buffer, Buffer] => [
    Buffer.from(name),
    // The client's type has no header without a value; the protocol has.
    (bytes === null ? null : Buffer.from(bytes, 'base64')) as Buffer,
  ]);
  if (act) {
    const { patient, ...rest } = act;
    headers.push([Buffer.from(ACT_HEADER), Buffer.from(JSON.stringify({ ...rest, ...(patient && { until }) }))]);
  }
  return {
    topic,
    partition,
    ...(key !== undefined && { key: Buffer.from(key) }),
    ...bytesOf(send),
    ...(timestamp !== undefined && { timestamp: BigInt(timestamp) }),
    headers: new Map(headers),
  };
}

/** A tombstone has no value. */
function bytesOf({ value, bytes, size }: Send): { value?: Buffer } {
  if (size !== undefined) return { value: Buffer.alloc(size, 97) };
  if (bytes !== undefined) return { value: Buffer.from(bytes, 'base64') };
  return typeof value === 'string' ? { value: Buffer.from(value) } : {};
}

async function committed(topics: readonly string[]) {
  const admin = new Admin(client());
  try {
    const groups = await admin.listConsumerGroupOffsets({ groups: [...topics] });
    const offsets = groups.map(({ groupId, topics: found }) => {
      const own = found.find(({ name }) => name === groupId)?.partitions ?? [];
      return [groupId, Object.fromEntries(own.map((each) => [each.partitionIndex, Number(each.committedOffset)]))];
    });
    // After the answer: the offsets were committed before this time.
    return { at: Date.now(), offsets: Object.fromEntries(offsets) as Record<string, Record<number, number>> };
  } finally {
    await admin.close();
  }
}

/** The messages that a topic of one partition has now. */
async function read(topic: string): Promise<KafkaAnswers['read']> {
  const admin = new Admin(client());
  const consumer = new Consumer({ ...client(), groupId: `conform-read-${randomUUID()}`, maxWaitTime: 200 });
  try {
    const asked = [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1n }] }];
    const end = Number((await admin.listOffsets({ topics: asked }))[0]?.partitions[0]?.offset ?? 0);
    const messages: { key: string | null; value: string }[] = [];
    if (end === 0) return { messages };
    const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST, autocommit: false });
    for await (const { key, value, offset } of stream) {
      messages.push({ key: key?.length ? key.toString() : null, value: String(value).slice(0, LONGEST_VALUE) });
      if (Number(offset) >= end - 1) break;
    }
    await stream.close();
    return { messages };
  } finally {
    await Promise.all([consumer.close(true), admin.close()]);
  }
}

/** Of a message in an answer. The message about a record of more than 6 MB has its coordinates at the beginning. */
const LONGEST_VALUE = 4_000;
