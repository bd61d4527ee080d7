/** A part of the OpenAPI schema that a CustomResourceDefinition has. */
export interface Schema {
  type?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  enum?: unknown[];
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/**
 * What is wrong with a value by its schema: a wrong type, an unknown or missing property, a value that isn't in the
 * list. Kubernetes refuses the same with strict field validation. Patterns and expressions aren't checked.
 */
export function faults(value: unknown, schema: Schema, path: string): string[] {
  const { type, enum: values } = schema;
  if (type !== undefined && !schema['x-kubernetes-int-or-string'] && TYPES[type]?.(value) !== true)
    return [`${path} is no ${type}`];
  if (values !== undefined && !values.includes(value)) return [`${path} is none of ${values.join(', ')}`];
  if (Array.isArray(value)) return value.flatMap((item, at) => faults(item, schema.items ?? {}, `${path}[${at}]`));
  if (type !== 'object') return [];
  const found = value as Record<string, unknown>;
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(found, name));
  return [
    ...missing.map((name) => `${path} has no ${name}`),
    ...Object.entries(found).flatMap(([name, own]) => ofProperty(name, own, schema, path)),
  ];
}

function ofProperty(name: string, value: unknown, schema: Schema, path: string): string[] {
  const known = schema.properties?.[name];
  if (known !== undefined) return faults(value, known, `${path}.${name}`);
  const others = schema.additionalProperties;
  if (typeof others === 'object') return faults(value, others, `${path}.${name}`);
  // A schema without properties, as that of metadata, says only that there is an object.
  const free = others === true || schema['x-kubernetes-preserve-unknown-fields'] || schema.properties === undefined;
  return free ? [] : [`${path} has an unknown property ${name}`];
}
