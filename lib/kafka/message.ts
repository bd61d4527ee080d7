import type { Header } from './headers.ts';
import type { KafkaRecord } from './records.ts';

/** A record to produce. */
export interface OwnMessage {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly Header[];
}

/** A record to produce, with the record of the batch that it comes from. */
export interface Message extends OwnMessage {
  readonly from: KafkaRecord;
}

type Content = Pick<OwnMessage, 'key' | 'value' | 'headers'>;

/** The fixed part of a record batch, in bytes (Kafka protocol, record format v2). */
const BATCH_OVERHEAD = 61;

/**
 * What a message takes in a record batch, to the byte (record format v2): its length, attributes and timestamp delta
 * (one byte each but the length), offset delta, key, value and headers. kafkajs gives all messages of a batch one time.
 * @param offsetDelta its place in the batch
 */
export function messageBytes({ key, value, headers }: Content, offsetDelta = 0): number {
  const own = 2 + varintBytes(offsetDelta) + fieldBytes(key) + fieldBytes(value) + varintBytes(headers.length);
  const body = headers.reduce((sum, header) => sum + headerBytes(header), own);
  return varintBytes(body) + body;
}

/** What a message takes in its topic as the only one of its batch: what is held to `max.message.bytes`. */
export function batchBytes(message: Content): number {
  return BATCH_OVERHEAD + messageBytes(message);
}

/** What a header takes in its record, in bytes. */
export function headerBytes({ name, value }: Header): number {
  const length = Buffer.byteLength(name);
  return varintBytes(length) + length + fieldBytes(value);
}

/** Bytes and their length before them; null is the length -1, of one byte. */
function fieldBytes(bytes: Buffer | null): number {
  return bytes === null ? 1 : varintBytes(bytes.length) + bytes.length;
}

/** Seven bits a byte; zigzag doubles what isn't negative. */
function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = (value * 2) >>> 7; rest > 0; rest >>>= 7) bytes += 1;
  return bytes;
}

/**
 * Headers of a chunk: kafkajs takes some 2 us and 0.5 KB for each, and a chunk is encoded in the time of one attempt, by
 * a sixth of a core or more.
 */
const CHUNK_HEADERS = 20_000;

/**
 * Splits messages of one topic, in their order, into chunks that fit the topic's `max.message.bytes` wherever the
 * partitioner may put them, and hold no more than {@link CHUNK_HEADERS}. A message that is too large by itself stands
 * alone.
 */
export function splitByBytes<M extends Content>(messages: readonly M[], limit: number): M[][] {
  const chunks: M[][] = [];
  let room = 0;
  let headerRoom = 0;
  for (const message of messages) {
    const chunk = chunks.at(-1);
    const bytes = messageBytes(message, chunk?.length);
    if (chunk !== undefined && bytes <= room && message.headers.length <= headerRoom) {
      chunk.push(message);
      room -= bytes;
    } else {
      chunks.push([message]);
      room = limit - batchBytes(message);
      headerRoom = CHUNK_HEADERS;
    }
    headerRoom -= message.headers.length;
  }
  return chunks;
}
