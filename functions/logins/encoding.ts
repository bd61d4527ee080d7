import { PermanentError } from '#lib/errors.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { SchemaKey } from '#lib/schema-registry/decoders.ts';
import { type Payload, readFrame } from '#lib/schema-registry/framing.ts';

/** A login with more bytes, before or after decompression, is invalid. */
export const LOGIN_LIMIT_BYTES = 64 * 1024;

/** How a login is encoded in its record. */
export type Encoding =
  | { readonly format: 'json'; readonly text: Buffer }
  | {
      readonly format: 'avro';
      /** the writer's schema */
      readonly schema: SchemaKey;
      /** @throws PermanentError TOO_LARGE_INFLATED or CORRUPT_COMPRESSION */
      readonly payload: () => Payload;
    };

type Source = Pick<KafkaRecord, 'value' | 'valueSchema'>;

const OPENING_BRACE = 0x7b;
const GLUE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Finds a record's encoding:
 * - If Lambda has decoded the value, the record's metadata say so, and the value has no framing. If it begins with `{`,
 *   it is JSON, as Lambda writes it. Otherwise it is Avro, with the schema that the metadata name. (Avro of our schema
 *   never begins with `{`: that byte would be a negative branch or length. Avro of a writer's schema may, if it begins
 *   with a number.)
 * - Otherwise the first byte decides: 0 is Confluent's framing, 3 is Glue's. Any other is JSON, which never begins with
 *   0 or 3.
 * @throws PermanentError NULL_VALUE, TOO_LARGE, TRUNCATED_FRAME, UNKNOWN_COMPRESSION, UNKNOWN_FORMAT
 */
export function encodingOf({ value, valueSchema }: Source): Encoding {
  if (value === null) throw new PermanentError('NULL_VALUE', 'the record has no value');
  if (value.length > LOGIN_LIMIT_BYTES) {
    throw new PermanentError('TOO_LARGE', `the value has ${value.length} bytes, over ${LOGIN_LIMIT_BYTES}`);
  }
  if (valueSchema !== undefined) return decodedByLambda(value, valueSchema);
  const frame = readFrame(value);
  if (frame === undefined) return { format: 'json', text: value };
  return { format: 'avro', schema: frame, payload: () => frame.payload(LOGIN_LIMIT_BYTES) };
}

function decodedByLambda(value: Buffer, { dataFormat, schemaId }: NonNullable<Source['valueSchema']>): Encoding {
  if (value[0] === OPENING_BRACE || dataFormat === 'JSON') return { format: 'json', text: value };
  if (dataFormat !== 'AVRO') throw new PermanentError('UNKNOWN_FORMAT', 'the value is neither JSON nor Avro');
  const framing = GLUE_ID.test(schemaId) ? 'glue' : 'confluent';
  return { format: 'avro', schema: { framing, schemaId }, payload: () => ({ bytes: value, start: 0 }) };
}
