import type { ProducedHeader } from './headers.ts';
import type { KafkaRecord } from './records.ts';
import { fieldBytes, varintBytes } from './varint.ts';

/** A record to produce. A text is written as UTF-8, straight into the request: it needs no buffer of its own. */
export interface OwnMessage {
  readonly topic: string;
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: readonly ProducedHeader[];
  /** absent: the key decides */
  readonly partition?: number;
  /** Kafka timestamp, ms since the epoch; absent: the time of sending */
  readonly timestamp?: number;
}

/** A record to produce that was made from a record of the batch. */
export interface Message extends OwnMessage {
  readonly from: KafkaRecord;
}

type Content = Pick<OwnMessage, 'key' | 'value' | 'headers' | 'timestamp'>;

/** The fixed part of a record batch, in bytes (Kafka protocol, record format v2). */
const BATCH_OVERHEAD = 61;
/** bytes of a varint of 64 bits, at most */
const LONGEST_DELTA = 10;

/**
 * The exact size of a message in a record batch, in bytes (record format v2): its length, attributes and timestamp
 * delta (one byte each, except the length), offset delta, key, value and headers. The timestamp delta is 0, since kafkajs
 * gives all messages of a batch the same time; where a later message of a batch has its own, its delta is counted with
 * the most bytes that it can take.
 * @param offsetDelta the message's place in the batch
 */
export function messageBytes({ key, value, headers, timestamp }: Content, offsetDelta = 0): number {
  const delta = timestamp === undefined || offsetDelta === 0 ? 1 : LONGEST_DELTA;
  let body = 1 + delta + varintBytes(offsetDelta) + fieldBytes(key) + fieldBytes(value) + varintBytes(headers.length);
  for (const header of headers) body += headerBytes(header);
  return varintBytes(body) + body;
}

/** The size of a batch with only this message, in bytes. The topic's `max.message.bytes` limits it. */
export function batchBytes(message: Content): number {
  return BATCH_OVERHEAD + messageBytes(message);
}

/** The size of a header in its record, in bytes. */
export function headerBytes({ name, value }: ProducedHeader): number {
  return fieldBytes(name) + fieldBytes(value);
}

/**
 * The most headers in a chunk. kafkajs takes about 2 us and 0.5 KB for each, and must encode a chunk within one
 * attempt, on a sixth of a core or more.
 */
const CHUNK_HEADERS = 20_000;

/**
 * Splits messages of one topic, in their order, into chunks. A chunk fits into the topic's `max.message.bytes`, even if
 * all its messages go to one partition, and has at most {@link CHUNK_HEADERS} headers. A message that is too large is
 * alone in its chunk.
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
