import { deflateSync, inflateSync } from 'node:zlib';
import { wrong } from './errors.ts';
import type { Framing } from './registry.ts';

/** Avro bytes: from `start` to the end of `bytes`. Making a view of them would cost more than reading them. */
export interface Payload {
  readonly bytes: Buffer;
  readonly start: number;
}

/** A framed value, after its header was read. */
export interface Frame {
  readonly framing: Framing;
  /** as {@link SchemaRegistry.schema} takes it */
  readonly schemaId: string;
  /**
   * The Avro bytes. If they are compressed, each call inflates them again: the result is not kept.
   * @param limitBytes inflating stops there, so that a zip bomb can't use more memory
   * @throws PermanentError TOO_LARGE_INFLATED or CORRUPT_COMPRESSION
   */
  payload(limitBytes: number): Payload;
}

/** Confluent's wire format: a byte 0, then the schema's id in 4 bytes, big-endian. */
const CONFLUENT = { first: 0, header: 5 };
/** Glue's wire format: a byte 3, then a byte for the compression, then the schema version's UUID in 16 bytes. */
const GLUE = { first: 3, header: 18 };
const NONE = 0;
const ZLIB = 5;

const inflaters: Readonly<Record<number, (payload: Payload, limit: number) => Payload>> = {
  [NONE]: (payload) => payload,
  [ZLIB]: inflate,
};

const readers: Readonly<Record<number, (value: Buffer) => Frame>> = {
  [CONFLUENT.first]: readConfluent,
  [GLUE.first]: readGlue,
};

/**
 * Reads a value's header. The first byte tells the framing: 0 is Confluent's, 3 is Glue's. Any other value has no
 * framing. JSON text begins with neither: RFC 8259 allows only space, tab and line ends before it.
 * @throws PermanentError TRUNCATED_FRAME, UNKNOWN_COMPRESSION
 */
export function readFrame(value: Buffer): Frame | undefined {
  return readers[value[0] ?? -1]?.(value);
}

function readConfluent(value: Buffer): Frame {
  if (value.length < CONFLUENT.header) throw wrong.frame(value.length, CONFLUENT.header);
  return {
    framing: 'confluent',
    schemaId: String(value.readInt32BE(1)),
    payload: () => ({ bytes: value, start: CONFLUENT.header }),
  };
}

function readGlue(value: Buffer): Frame {
  if (value.length < GLUE.header) throw wrong.frame(value.length, GLUE.header);
  const compression = value[1] as number;
  const inflater = inflaters[compression];
  if (inflater === undefined) throw wrong.compression(compression);
  return {
    framing: 'glue',
    schemaId: uuidText(value.subarray(2, GLUE.header)),
    payload: (limitBytes) => inflater({ bytes: value, start: GLUE.header }, limitBytes),
  };
}

function inflate({ bytes, start }: Payload, limit: number): Payload {
  const deflated = bytes.subarray(start);
  try {
    const { buffer, engine } = inflateSync(deflated, { maxOutputLength: limit, info: true }) as unknown as Inflated;
    // zlib ignores bytes after the end of the stream, so check that there are none.
    if (engine.bytesWritten === deflated.length) return { bytes: buffer, start: 0 };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw wrong.bomb(limit);
  }
  throw wrong.deflated();
}

/** The result of node:zlib with `info: true`, which is missing in its types. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** An Avro payload in Confluent's framing. */
export function frameConfluent(schemaId: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(CONFLUENT.header);
  header.writeInt32BE(schemaId, 1);
  return Buffer.concat([header, payload]);
}

/** An Avro payload in Glue's framing, compressed with zlib or not. */
export function frameGlue(schemaVersionId: string, payload: Buffer, compress = false): Buffer {
  const header = Buffer.from([GLUE.first, compress ? ZLIB : NONE]);
  const id = Buffer.from(schemaVersionId.replaceAll('-', ''), 'hex');
  return Buffer.concat([header, id, compress ? deflateSync(payload) : payload]);
}
