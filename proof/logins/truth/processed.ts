import { objectOf } from '../../truth/json.ts';
import type { LoginFacts } from '../facts.ts';
import { avroFields, type Fields, fieldsOf } from './avro.ts';

const FIELDS = fieldsOf('user_login_processed.avsc');

/** The header before a processed login's Avro, in hexadecimal, by OUTPUT_FORMAT. */
const HEADERS: Readonly<Record<string, (schemaId: string) => string>> = {
  'avro-glue': (id) => `0300${id.replaceAll('-', '')}`,
  'avro-confluent': (id) => `00${Number(id).toString(16).padStart(8, '0')}`,
};

/** The fields of a processed login, in the format that the stack writes. */
export function processedFields(value: Buffer | null, { output }: LoginFacts): { fields: Fields } | { bad: string } {
  const header = HEADERS[output.format]?.(output.schemaId);
  if (header === undefined) {
    const form = objectOf(value, Number.POSITIVE_INFINITY);
    return 'bad' in form ? form : { fields: form.object };
  }
  const length = header.length / 2;
  if (value?.toString('hex', 0, length) !== header) return { bad: `not in the framing of ${output.format}` };
  return avroFields(value.subarray(length), FIELDS);
}
