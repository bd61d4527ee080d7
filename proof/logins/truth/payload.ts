import { inflateSync } from 'node:zlib';
import { type FormCode, objectOf } from '../../truth/json.ts';
import type { Encoding, SchemaIds } from '../facts.ts';
import { type AvroCode, avroFields, type Fields, fieldsOf } from './avro.ts';

/*
 * A second reader of a login's payload and framing, for the one schema of logins.
 */

export type PayloadCode =
  | FormCode
  | 'TRUNCATED_FRAME'
  | 'UNKNOWN_COMPRESSION'
  | 'UNKNOWN_SCHEMA'
  | 'INCOMPATIBLE_SCHEMA'
  | 'CORRUPT_COMPRESSION'
  | 'TOO_LARGE_INFLATED'
  | AvroCode;

export type Payload = { fields: Fields; encoding: Encoding } | { bad: PayloadCode };

const LIMIT_BYTES = 64 * 1024;
const CONFLUENT_HEADER = 5;
const GLUE_HEADER = 18;

const FIELDS = fieldsOf('user_login.avsc');

/** The unchecked fields of a login and their encoding, or the code of the dead letter where they can't be read. */
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

function avro(bytes: Buffer, encoding: Encoding): Payload {
  const found = avroFields(bytes, FIELDS);
  return 'bad' in found ? found : { ...found, encoding };
}
