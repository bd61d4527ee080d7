import { createHash } from 'node:crypto';
import { type CompiledTemplate, resolve, type TemplateContext, type TemplateResource } from '#msk';

/** A version of a schema of the template's registry. */
export interface TemplateSchema {
  /** a UUID, from {@link schemaVersionId} */
  readonly versionId: string;
  /** 1 for the schema's own definition */
  readonly version: number;
  readonly registry: string;
  /** the schema's name, which is also the subject in Confluent's API */
  readonly subject: string;
  /** Avro, as JSON text */
  readonly schema: string;
}

/** The id of a schema version, in the form of Glue's. The same at every start, because kept records have it. */
export function schemaVersionId(physicalName: string): string {
  const hex = createHash('sha256').update(physicalName).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface Properties {
  Name: string;
  Registry: { Arn: string };
  /** in an AWS::Glue::SchemaVersion only */
  Schema: { SchemaArn: string };
  SchemaDefinition: string;
}

const lastOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** The template's schemas, then their later versions, in the template's order. */
export function schemasOf(template: CompiledTemplate, context: TemplateContext): TemplateSchema[] {
  const found: TemplateSchema[] = [];
  const add = ({ Properties: own }: TemplateResource, id: string, initial: boolean) => {
    const { Name, Registry, Schema, SchemaDefinition } = resolve(own ?? {}, context) as unknown as Properties;
    const subject = initial ? Name : lastOf(Schema.SchemaArn);
    const first = found.find((schema) => schema.subject === subject);
    const registry = initial ? lastOf(Registry.Arn) : String(first?.registry);
    const { Ref, InitialSchemaVersionId = Ref } = context.references[id] as Record<string, string>;
    const version = found.filter((schema) => schema.subject === subject).length + 1;
    found.push({ versionId: String(InitialSchemaVersionId), version, registry, subject, schema: SchemaDefinition });
  };
  const resources = Object.entries(template.Resources);
  for (const [id, resource] of resources) if (resource.Type === 'AWS::Glue::Schema') add(resource, id, true);
  for (const [id, resource] of resources) if (resource.Type === 'AWS::Glue::SchemaVersion') add(resource, id, false);
  return found;
}
