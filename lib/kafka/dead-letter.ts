import type { Failure } from './batch.ts';
import { type Header, textHeader } from './headers.ts';
import { batchBytes, headerBytes, type Message } from './message.ts';
import { withoutRedrive } from './redrive.ts';

/** The most headers that a record may have. Real records have a few. */
export const MAX_HEADERS = 1_000;
/** The error message in a dead letter's header is cut to this length: a store's error text may be long. */
const MESSAGE_LENGTH = 500;
/** Bytes reserved for the header `truncated` and for length fields that get longer. */
const TRUNCATED_BYTES = 160;

const errorHeader = (name: string, value: string | number) => textHeader(`__lambda.errors.${name}`, value);

/**
 * The dead letter of a record: the same key, value and headers, and headers with the reason, named like those of Kafka
 * Connect and Kafka Streams. If this is larger than `fits`, or the record has more than {@link MAX_HEADERS} headers,
 * the dead letter holds as much of the record as fits, and the header `__lambda.errors.truncated` says what is missing:
 * the archive has the whole record. The headers with the reason are always there, and those of an earlier redrive.
 * @param fits bytes that the dead-letter topic takes in a batch
 */
export function deadLetter(
  { record, error }: Failure,
  topic: string,
  functionName: string,
  fits = Number.POSITIVE_INFINITY,
): Message {
  const reasons = Object.entries({
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestamp,
    function: functionName,
    exception: error.code,
    message: error.message.slice(0, MESSAGE_LENGTH),
  }).map(([name, value]) => errorHeader(name, value));
  const { key, value, headers } = record;
  const whole: Message = { topic, key, value, headers: [...headers, ...reasons], from: record };
  if (headers.length <= MAX_HEADERS && batchBytes(whole) <= fits) return whole;

  const own = withoutRedrive(headers);
  const last = [...headers.slice(own.length), ...reasons];
  let room = fits - batchBytes({ key: null, value: null, headers: last }) - TRUNCATED_BYTES;
  const shortKey = cut(key, room / 4);
  room -= shortKey?.length ?? 0;
  const first = leading(own, room - Math.min(value?.length ?? 0, room / 2));
  room -= first.reduce((sum, header) => sum + headerBytes(header), 0);
  const shortValue = cut(value, room);
  const parts = [
    part('key', shortKey, key, ' bytes'),
    part('headers', first, own),
    part('value', shortValue, value, ' bytes'),
  ];
  const truncated = errorHeader('truncated', parts.filter((text) => text !== undefined).join(', '));
  return { ...whole, key: shortKey, value: shortValue, headers: [...first, ...last, truncated] };
}

/** The first bytes, as many as there is room for. Null stays null. */
function cut(bytes: Buffer | null, room: number): Buffer | null {
  return bytes === null ? null : bytes.subarray(0, Math.max(0, Math.floor(Math.min(room, bytes.length))));
}

function leading(headers: readonly Header[], room: number): Header[] {
  let left = room;
  const tooMany = headers.findIndex((header, at) => {
    left -= headerBytes(header);
    return left < 0 || at >= MAX_HEADERS;
  });
  return tooMany < 0 ? [...headers] : headers.slice(0, tooMany);
}

/** `value 1000 of 2000 bytes` if the part was cut, otherwise undefined. */
function part(name: string, kept: Sized | null, whole: Sized | null, unit = ''): string | undefined {
  if (kept === null || whole === null || kept.length === whole.length) return undefined;
  return `${name} ${kept.length} of ${whole.length}${unit}`;
}

type Sized = { readonly length: number };
