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
  if (!inGlue) throw new Error('no variant writes logins in Avro of Glue');
  template = await plainTemplate(inGlue.stage, inGlue.params);
  written = JSON.parse(await readFile(file, 'utf8'));
}, PACKAGING_MS);

const processLogin = (from: CompiledTemplate) => properties<LambdaFunction>(from, 'ProcessLoginLambdaFunction');

/** The version that OUTPUT_SCHEMA_ID names: a schema's first one, or a later one's own resource. */
function named(from: CompiledTemplate): { SchemaDefinition: string } {
  const [id = ''] = String(processLogin(from).Environment.Variables['OUTPUT_SCHEMA_ID']).split('.');
  return properties(from, id);
}
const definition = (from: CompiledTemplate) => JSON.parse(named(from).SchemaDefinition);

test('logins in Avro of Glue name the version of the schema that processLogin writes them with', () => {
  expect(definition(template)).toEqual(written);
});

test('that an older version is named is found; a resource of the later one is right', () => {
  const changed = structuredClone(template);
  const { fields, ...record } = definition(changed);
  named(changed).SchemaDefinition = JSON.stringify({ ...record, fields: fields.slice(0, -1) });

  expect(definition(changed)).not.toEqual(written);
  const Properties = { SchemaDefinition: JSON.stringify(written) };
  changed.Resources['LaterVersion'] = { Type: 'AWS::Glue::SchemaVersion', Properties };
  processLogin(changed).Environment.Variables['OUTPUT_SCHEMA_ID'] = 'LaterVersion';
  expect(definition(changed)).toEqual(written);
});
