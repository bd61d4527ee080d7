import type { Type } from 'avsc';
import { frameConfluent, frameGlue } from '#lib/schema-registry/framing.ts';
import type { ProcessedLogin } from './processed.ts';

/** How processed logins are written. */
export type OutputFormat = 'json' | 'avro-glue' | 'avro-confluent';

export interface OutputOptions {
  format: OutputFormat;
  /** the processed schema's id in its registry: a version's UUID (Glue), a number (Confluent); JSON needs none */
  schemaId: string | undefined;
  /** resources/avro/user_login_processed.avsc */
  schema: Type;
}

type Write = (login: ProcessedLogin) => Buffer | string;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const writers: Readonly<Record<OutputFormat, (schemaId: string, schema: Type) => Write>> = {
  json: () => (login) => JSON.stringify(login),
  'avro-glue': (id, schema) => {
    if (!UUID.test(id)) throw new Error('configuration: OUTPUT_SCHEMA_ID must be the UUID of a schema version in Glue');
    return (login) => frameGlue(id, schema.toBuffer(login));
  },
  'avro-confluent': (id, schema) => {
    if (!/^[1-9]\d{0,9}$/.test(id)) throw new Error('configuration: OUTPUT_SCHEMA_ID must be a number of at least 1');
    return (login) => frameConfluent(Number(id), schema.toBuffer(login));
  },
};

/** @throws Error where the schema's id does not have the format of that registry */
export function outputWriter({ format, schemaId = '', schema }: OutputOptions): Write {
  return writers[format](schemaId, schema);
}
