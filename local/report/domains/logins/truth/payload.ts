import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import type { SchemaIds } from '../../../../generators/logins/encoding.ts';
import { type FormCode, objectOf } from '../../../truth/json.ts';

/*
 * How a record holds a login, read a second time: framing and Avro by hand, for the one schema that logins have.
 */

export type PayloadCode =
  | FormCode
  | 'TRUNCATED_FRAME'
  | 'UNKNOWN_COMPRESSION'
  | 'UNKNOWN_SCHEMA'
  | 'INCOMPATIBLE_SCHEMA'
  | 'CORRUPT_COMPRESSION'
  | 'TOO_LARGE_INFLATED'
  | 'TRUNCATED_AVRO'
  | 'TRAILING_BYTES'
  | 'NOT_AVRO';

export type Encoding = 'json' | 'confluent' | 'glue' | 'glueZlib';
type Fields = Record<string, unknown>;
export type Payload = { fields: Fields; encoding: Encoding } | { bad: PayloadCode };

const LIMIT_BYTES = 64 * 1024;
const CONFLUENT_HEADER = 5;
const GLUE_HEADER = 18;

type Field = { name: string; type: 'string' | 'long' | ['null', 'string'] };
const SCHEMA = join(import.meta.dirname, '../../../../../resources/avro/user_login.avsc');
const { fields: FIELDS } = JSON.parse(readFileSync(SCHEMA, 'utf8')) as { fields: Field[] };

/** The fields of a login, unjudged, and in which encoding they came; or the code of what can't be read. */
export function payloadOf(value: Buffer | null, ids: SchemaIds): Payload {
  if (value !== null && value.length <= LIMIT_BYTES && value[0] === 0) return confluent(value, ids);
  if (value !== null && value.length <= LIMIT_BYTES && value[0] === 3) return glue(value, ids);
  const form = objectOf(value, LIMIT_BYTES);
  return 'bad' in form ? form : { fields: form.object, encoding: 'json' };
}

function confluent(value: Buffer, ids: SchemaIds): Payload {
  if (value.length < CONFLUENT_HEADER) return { bad: 'TRUNCATED_FRAME' };
  if (value.readInt32BE(1) !== ids.confluent) return { bad: 'UNKNOWN_SCHEMA' };
  return avro(value.subarray(CONFLUENT_HEADER), 'confluent');
}

function glue(value: Buffer, ids: SchemaIds): Payload {
  if (value.length < GLUE_HEADER) return { bad: 'TRUNCATED_FRAME' };
  const zlib = value[1] === 5;
  if (!zlib && value[1] !== 0) return { bad: 'UNKNOWN_COMPRESSION' };
  const id = value.toString('hex', 2, GLUE_HEADER);
  if (id === ids.glueProcessed.replaceAll('-', '')) return { bad: 'INCOMPATIBLE_SCHEMA' };
  if (id !== ids.glue.replaceAll('-', '')) return { bad: 'UNKNOWN_SCHEMA' };
  if (!zlib) return avro(value.subarray(GLUE_HEADER), 'glue');
  const inflated = inflate(value.subarray(GLUE_HEADER));
  return Buffer.isBuffer(inflated) ? avro(inflated, 'glueZlib') : inflated;
}

function inflate(deflated: Buffer): Buffer | { bad: PayloadCode } {
  try {
    const options = { maxOutputLength: LIMIT_BYTES, info: true } as const;
    const { buffer, engine } = inflateSync(deflated, options) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return engine.bytesWritten === deflated.length ? buffer : { bad: 'CORRUPT_COMPRESSION' };
  } catch (error) {
    return {
      bad: (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE' ? 'TOO_LARGE_INFLATED' : 'CORRUPT_COMPRESSION',
    };
  }
}

/** What ends the reading of a payload. */
class Wrong extends Error {
  readonly code: PayloadCode;
  constructor(code: PayloadCode) {
    super(code);
    this.code = code;
  }
}

/** A record of user_login.avsc: its fields one after the other, nothing before, between or behind them. */
function avro(bytes: Buffer, encoding: Encoding): Payload {
  let position = 0;
  let unsafe = false;
  const long = (): bigint => {
    let [zigzag, shift] = [0n, 0n];
    for (let length = 0; length < 10; length++) {
      const byte = bytes[position++];
      if (byte === undefined) throw new Wrong('TRUNCATED_AVRO');
      zigzag |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return (zigzag & 1n) === 0n ? zigzag >> 1n : -((zigzag + 1n) >> 1n);
      shift += 7n;
    }
    throw new Wrong('NOT_AVRO');
  };
  const string = (): string => {
    const length = Number(long());
    if (length < 0) throw new Wrong('NOT_AVRO');
    if (position + length > bytes.length) throw new Wrong('TRUNCATED_AVRO');
    position += length;
    return bytes.toString('utf8', position - length, position);
  };
  const number = (): number => {
    const value = Number(long());
    unsafe ||= !Number.isSafeInteger(value);
    return value;
  };
  const branch = (): string | null => {
    const index = long();
    if (index !== 0n && index !== 1n) throw new Wrong('NOT_AVRO');
    return index === 0n ? null : string();
  };
  const read = ({ type }: Field) => (type === 'long' ? number() : type === 'string' ? string() : branch());
  try {
    const fields = Object.fromEntries(FIELDS.map((field) => [field.name, read(field)]));
    if (position < bytes.length) return { bad: 'TRAILING_BYTES' };
    return unsafe ? { bad: 'NOT_AVRO' } : { fields, encoding };
  } catch (error) {
    if (error instanceof Wrong) return { bad: error.code };
    throw error;
  }
}
