import { within } from '#lib/deadline.ts';
import { glueRegistry } from '#lib/schema-registry/glue.ts';
import type { CompiledTemplate, References } from '#msk';
import { endpointsAt } from './endpoints.fixture.ts';
import { localEnvironment } from './environment.ts';
import { glueAnswers } from './glue-answers.ts';
import { type RefusedCall, type Refuser, refuseAws } from './refuse-aws.ts';
import { resourceTypes } from './resource-types.ts';
import { schemasOf } from './schemas.ts';

const schema = (fields: object[] = []) => JSON.stringify({ type: 'record', name: 'R', fields });
const template: CompiledTemplate = {
  Resources: {
    Registry: { Type: 'AWS::Glue::Registry', Properties: { Name: 'ours' } },
    NewerVersion: {
      Type: 'AWS::Glue::SchemaVersion',
      Properties: { Schema: { SchemaArn: { Ref: 'First' } }, SchemaDefinition: schema([{ name: 'a', type: 'int' }]) },
    },
    First: {
      Type: 'AWS::Glue::Schema',
      Properties: {
        Registry: { Arn: { 'Fn::GetAtt': ['Registry', 'Arn'] } },
        Name: 'first-value',
        SchemaDefinition: schema(),
      },
    },
  },
};
const references: References = Object.fromEntries(
  Object.entries(template.Resources).map(([id, { Type, Properties }]) => [
    id,
    resourceTypes[Type]?.attributes(`stack-${id}`, Properties ?? {}) ?? { Ref: '' },
  ]),
);
const schemas = schemasOf(template, { template, references });

test('later versions of a schema come after the schema, and each has another id', () => {
  expect(schemas.map(({ subject, version, registry }) => [subject, version, registry])).toEqual([
    ['first-value', 1, 'ours'],
    ['first-value', 2, 'ours'],
  ]);
  expect(schemas[0]?.versionId).toBe(references['First']?.['InitialSchemaVersionId']);
  expect(schemas[1]?.versionId).toBe(references['NewerVersion']?.['Ref']);
  for (const { versionId } of schemas) expect(versionId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(schemas[0]?.versionId).not.toBe(schemas[1]?.versionId);
});

describe('AWS Glue’s Schema Registry, locally', () => {
  const calls: RefusedCall[] = [];
  let refuser: Refuser;
  beforeAll(async () => {
    refuser = await refuseAws((call) => calls.push(call), glueAnswers(schemas));
    const nowhere = endpointsAt('');
    Object.assign(process.env, localEnvironment(nowhere, refuser.endpoint));
  });
  afterAll(() => refuser.close());

  test('gives the template’s schemas to a function’s SDK client', async () => {
    const registry = glueRegistry('ours');

    for (const { versionId, schema: text } of schemas)
      expect(await registry.schema(versionId, within(5_000))).toBe(text);
    expect(calls).toEqual([]);
  });

  test('an id of no schema, or of another registry, is unknown', async () => {
    const unknown = glueRegistry('ours').schema('eeeeeeee-eeee-4eee-8eee-eeeeeeeeeeee', within(5_000));
    await expect(unknown).rejects.toMatchObject({ code: 'UNKNOWN_SCHEMA', retriable: false });
    const others = glueRegistry('theirs').schema(String(schemas[0]?.versionId), within(5_000));
    await expect(others).rejects.toMatchObject({ code: 'UNKNOWN_SCHEMA', retriable: false });
  });
});
