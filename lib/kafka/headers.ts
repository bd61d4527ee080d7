/** A Kafka header. A record may have several headers of one name. `value` is null where the header has no value. */
export interface Header {
  name: string;
  value: Buffer | null;
}

/** A header to produce: kafkajs writes a text as UTF-8, so that it needs no buffer of its own. */
export interface ProducedHeader {
  readonly name: string;
  readonly value: Buffer | string | null;
}

type EventHeaders = readonly Record<string, number[] | null>[] | undefined;

/** Names of the headers that this service reads and writes. */
export const SOURCE = 'source';
export const ORIGIN = 'origin';
export const REPLAY = 'replay';
export const TRACEPARENT = 'traceparent';

/**
 * Lambda writes a header's bytes signed, as in Java: -128 to 127. `Buffer.from` takes them modulo 256. Kafka allows a
 * header without a value: its value is null.
 */
export function headersFromEvent(headers: EventHeaders): Header[] {
  return (headers ?? []).flatMap((header) =>
    Object.entries(header).map(([name, bytes]) => ({ name, value: bytes === null ? null : Buffer.from(bytes) })),
  );
}

/** The number of a record's headers, without decoding them. */
export function headerCountOfEvent(headers: EventHeaders): number {
  let count = 0;
  for (const header of headers ?? []) for (const _ in header) count += 1;
  return count;
}

/**
 * The last header of that name as text, like Kafka's `lastHeader`; '' if it has no value, undefined if there is none.
 * The other headers are not decoded: most functions read one header of each record.
 */
export function headerTextFromEvent(headers: EventHeaders, name: string): string | undefined {
  for (let at = (headers?.length ?? 0) - 1; at >= 0; at -= 1) {
    const header = headers?.[at];
    if (header !== undefined && Object.hasOwn(header, name)) return bytesText(header[name] ?? []);
  }
  return undefined;
}

/** A longer list of bytes is not passed to a function as its arguments. */
const SHORT = 256;

function bytesText(bytes: readonly number[]): string {
  const ascii = bytes.length <= SHORT && bytes.every((byte) => byte >= 0 && byte < 0x80);
  return ascii ? String.fromCharCode(...bytes) : Buffer.from(bytes).toString('utf8');
}

export function textHeader(name: string, value: string | number): ProducedHeader {
  return { name, value: String(value) };
}
