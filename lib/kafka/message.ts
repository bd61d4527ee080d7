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

/**
 * An upper bound of what a message takes in a record batch: five varints and the attributes of a record, and two
 * varints of each header, each at its largest (Kafka protocol, record format v2).
 */
export function messageBytes({ key, value, headers }: Pick<OwnMessage, 'key' | 'value' | 'headers'>): number {
  const own = (key?.length ?? 0) + (value?.length ?? 0) + 32;
  return headers.reduce((sum, header) => sum + Buffer.byteLength(header.name) + header.value.length + 10, own);
}

/** The fixed part of a record batch, in bytes (record format v2). */
export const BATCH_OVERHEAD = 61;

/**
 * Splits messages of one topic, in their order, into chunks that fit the topic's `max.message.bytes` wherever the
 * partitioner may put them. A message that is too large by itself stands alone.
 */
export function splitByBytes<M extends Pick<OwnMessage, 'key' | 'value' | 'headers'>>(
  messages: readonly M[],
  limit: number,
): M[][] {
  const chunks: M[][] = [];
  let room = 0;
  for (const message of messages) {
    const bytes = messageBytes(message);
    if (bytes > room) {
      chunks.push([]);
      room = limit - BATCH_OVERHEAD;
    }
    (chunks.at(-1) as M[]).push(message);
    room -= bytes;
  }
  return chunks;
}
