import { PermanentError } from '#lib/errors.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import type { SchemaKey } from '#lib/schema-registry/decoders.ts';
import { type Payload, readFrame } from '#lib/schema-registry/framing.ts';

/** No login has more bytes, as it comes or inflated. */
export const LOGIN_LIMIT_BYTES = 64 * 1024;

/** How a record holds its login. */
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
 * Tells a record's encoding by its bytes:
 * - Lambda says what it has decoded already in the record's metadata. Such a value has no framing left: one that begins
 *   with `{` is JSON, which is how Lambda writes it; any other is Avro of the schema that the metadata name. Avro of our
 *   schema never begins so, as that would be a negative branch or length; a writer's that begins with a number may.
 * - Else the first byte: 0 is Confluent's framing, 3 is Glue's, and any other is JSON, which can begin with neither.
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
