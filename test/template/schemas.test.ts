import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledTemplate } from '#msk';
import { templates } from './check/variants.ts';
import { PACKAGING_MS, plainTemplate } from './compiled.ts';
import type { LambdaFunction } from './rules/functions.ts';
import { properties } from './rules/rule.ts';

const file = join(import.meta.dirname, '..', '..', 'resources', 'avro', 'user_login_processed.avsc');
const [inGlue] = Object.values(templates).filter(({ params }) => params['loginsOutputFormat'] === 'avro-glue');

let template: CompiledTemplate;
let written: unknown;
beforeAll(async () => {
  if (!inGlue) throw new Error('no variant writes logins in Avro with a Glue schema');
  template = await plainTemplate(inGlue.stage, inGlue.params);
  written = JSON.parse(await readFile(file, 'utf8'));
}, PACKAGING_MS);

const processLogin = (from: CompiledTemplate) => properties<LambdaFunction>(from, 'ProcessLoginLambdaFunction');

/** The version in OUTPUT_SCHEMA_ID: the first one of a schema, or a separate resource. */
function named(from: CompiledTemplate): { SchemaDefinition: string } {
  const [id = ''] = String(processLogin(from).Environment.Variables['OUTPUT_SCHEMA_ID']).split('.');
  return properties(from, id);
}
const definition = (from: CompiledTemplate) => JSON.parse(named(from).SchemaDefinition);

test('OUTPUT_SCHEMA_ID is the version of the schema that processLogin writes logins with', () => {
  expect(definition(template)).toEqual(written);
});

test('an older version differs; a resource with the later version is the same', () => {
  const changed = structuredClone(template);
  const { fields, ...record } = definition(changed);
  named(changed).SchemaDefinition = JSON.stringify({ ...record, fields: fields.slice(0, -1) });

  expect(definition(changed)).not.toEqual(written);
  const Properties = { SchemaDefinition: JSON.stringify(written) };
  changed.Resources['LaterVersion'] = { Type: 'AWS::Glue::SchemaVersion', Properties };
  processLogin(changed).Environment.Variables['OUTPUT_SCHEMA_ID'] = 'LaterVersion';
  expect(definition(changed)).toEqual(written);
});
