/** A Kafka header. A name may occur more than once; bytes are any. */
export interface Header {
  name: string;
  value: Buffer;
}

/** Names that this service gives a meaning. */
export const SOURCE = 'source';
export const ORIGIN = 'origin';
export const TRACEPARENT = 'traceparent';

/**
 * Lambda writes a header's bytes as Java's: signed, -128 to 127. `Buffer.from` takes them modulo 256. A header without a
 * value, which Kafka allows, is read as one of no bytes: nothing of ours tells the two apart.
 */
export function headersFromEvent(headers: Record<string, number[] | null>[] | undefined): Header[] {
  return (headers ?? []).flatMap((header) =>
    Object.entries(header).map(([name, bytes]) => ({ name, value: Buffer.from(bytes ?? []) })),
  );
}

/**
 * The last header of that name as text, as Kafka's own `lastHeader`; undefined where there is none. The others are not
 * decoded: most batches are read for one header of each record.
 */
export function headerTextFromEvent(
  headers: readonly Record<string, number[] | null>[] | undefined,
  name: string,
): string | undefined {
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
