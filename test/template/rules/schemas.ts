import type { CompiledTemplate } from '#msk';
import { first, type Rule, resources } from './rule.ts';

interface Schema {
  Compatibility: string;
}
interface Kept {
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

const SCHEMA = 'AWS::Glue::Schema';
const VERSION = 'AWS::Glue::SchemaVersion';

/** Logical ids of a schema's later versions, in the order of the template. */
function versionsOf(template: CompiledTemplate, schema: string): string[] {
  return resources<{ Schema: { SchemaArn: string } }>(template, VERSION)
    .filter(([, { Schema }]) => Schema.SchemaArn === schema)
    .map(([id]) => id);
}

export const schemaRules: Rule[] = [
  {
    name: 'a new version of a schema can read what the last one wrote',
    source: 'Glue guide, "Schema versioning and compatibility"; docs/schemas.md',
    check: (template) =>
      resources<Schema>(template, SCHEMA)
        .filter(([, { Compatibility }]) => Compatibility !== 'BACKWARD')
        .map(([id, { Compatibility }]) => `${id} is ${Compatibility}`),
    spoil: (template) => {
      first<Schema>(template, SCHEMA).Compatibility = 'NONE';
    },
  },
  {
    name: 'the versions of a schema are kept like the schema, and registered one after the other',
    source: 'CloudFormation reference, AWS::Glue::SchemaVersion; docs/schemas.md',
    check: (template) =>
      resources(template, SCHEMA).flatMap(([schema]) => {
        const kept = (id: string) => {
          const { DeletionPolicy, UpdateReplacePolicy } = template.Resources[id] as Kept;
          return `${DeletionPolicy}, ${UpdateReplacePolicy}`;
        };
        const versions = versionsOf(template, schema);
        return [
          ...versions.filter((id) => kept(id) !== kept(schema)).map((id) => `${id}: ${kept(id)}`),
          ...versions.filter(
            (id, n) => n > 0 && ![template.Resources[id]?.DependsOn].flat().includes(versions[n - 1] ?? ''),
          ),
        ];
      }),
    spoil: (template) => {
      template.Resources['Spoilt'] = { Type: VERSION, Properties: { Schema: { SchemaArn: 'UserLoginSchema' } } };
    },
  },
];
