/** A Kafka header. A name may occur more than once; bytes are any, or null where the header has no value. */
export interface Header {
  name: string;
  value: Buffer | null;
}

type EventHeaders = readonly Record<string, number[] | null>[] | undefined;

/** Names that this service gives a meaning. */
export const SOURCE = 'source';
export const ORIGIN = 'origin';
export const TRACEPARENT = 'traceparent';

/**
 * Lambda writes a header's bytes as Java's: signed, -128 to 127. `Buffer.from` takes them modulo 256. A header without a
 * value, which Kafka allows, stays one.
 */
export function headersFromEvent(headers: EventHeaders): Header[] {
  return (headers ?? []).flatMap((header) =>
    Object.entries(header).map(([name, bytes]) => ({ name, value: bytes === null ? null : Buffer.from(bytes) })),
  );
}

/** How many headers a record of an event has, without decoding them. */
export function headerCountOfEvent(headers: EventHeaders): number {
  return (headers ?? []).reduce((count, header) => count + Object.keys(header).length, 0);
}

/**
 * The last header of that name as text, as Kafka's own `lastHeader`, '' where it has no value; undefined where there is
 * none. The others are not decoded: most batches are read for one header of each record.
 */
export function headerTextFromEvent(headers: EventHeaders, name: string): string | undefined {
  const header = headers?.findLast((own) => Object.hasOwn(own, name));
  return header && bytesText(header[name] ?? []);
}

/** More bytes than this are no argument list. */
const SHORT = 256;

function bytesText(bytes: readonly number[]): string {
  const ascii = bytes.length <= SHORT && bytes.every((byte) => byte >= 0 && byte < 0x80);
  return ascii ? String.fromCharCode(...bytes) : Buffer.from(bytes).toString('utf8');
}

export function textHeader(name: string, value: string | number): Header {
  return { name, value: Buffer.from(String(value), 'utf8') };
}
