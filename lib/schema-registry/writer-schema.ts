type Schema = Record<string, unknown>;

const NAMESPACE = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/**
 * A writer's schema as avsc takes it: of what plays no part in reading, avsc refuses more than other libraries and
 * registries do.
 *
 * - Defaults of fields and enums, and aliases, go: those of the reader alone count (Avro specification, "Schema
 *   Resolution"). Java's parser and Confluent's registry take a default that doesn't fit its type.
 * - A namespace that is no Avro name (`com.my-company`, `com.2fa`), which Java takes as well, becomes another one,
 *   the same wherever it is named.
 * @param schema parsed from JSON; it is changed
 */
export function lenient(schema: unknown): unknown {
  const renamed = new Map<string, string>();

  /** `invalid0`, `invalid1`, … in the order in which they are met. */
  const namespaceOf = (namespace: string): string => {
    if (namespace === '' || NAMESPACE.test(namespace)) return namespace;
    const known = renamed.get(namespace) ?? `invalid${renamed.size}`;
    renamed.set(namespace, known);
    return known;
  };

  /** Of `com.2fa.logins.Device` all up to the last dot is its namespace. */
  const nameOf = (name: string): string => {
    const dot = name.lastIndexOf('.');
    return dot < 0 ? name : `${namespaceOf(name.slice(0, dot))}${name.slice(dot)}`;
  };

  const typeOf = (type: unknown): unknown => {
    if (typeof type === 'string') return nameOf(type);
    if (Array.isArray(type)) return type.map(typeOf);
    return typeof type === 'object' && type !== null ? named(type as Schema) : type;
  };

  const fieldOf = (field: unknown): unknown => {
    if (typeof field !== 'object' || field === null) return field;
    const { default: _, aliases: __, ...rest } = field as Schema;
    return { ...rest, type: typeOf(rest['type']) };
  };

  const named = (schema: Schema): Schema => {
    const { default: _, aliases: __, ...rest } = schema;
    const { name, namespace, type, fields, items, values } = rest;
    return {
      ...rest,
      type: typeOf(type),
      ...(typeof name === 'string' && { name: nameOf(name) }),
      ...(typeof namespace === 'string' && { namespace: namespaceOf(namespace) }),
      ...(Array.isArray(fields) && { fields: fields.map(fieldOf) }),
      ...(items !== undefined && { items: typeOf(items) }),
      ...(values !== undefined && { values: typeOf(values) }),
    };
  };

  return typeOf(schema);
}
