type Schema = Record<string, unknown>;

const NAMESPACE = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/**
 * Changes a writer's schema so that avsc accepts it. avsc refuses some parts that other libraries and registries accept
 * and that reading doesn't need:
 *
 * - Defaults of fields and enums, and aliases: they are removed, since only those of the reader count (Avro
 *   specification, "Schema Resolution"). Java's parser and Confluent's registry accept a default that doesn't fit its
 *   type.
 * - Namespaces that are not Avro names (`com.my-company`, `com.2fa`), which Java accepts: each gets another name, the
 *   same everywhere in the schema.
 *
 * @param schema parsed from JSON
 */
export function lenient(schema: unknown): unknown {
  const renamed = new Map<string, string>();

  /** An invalid namespace becomes `invalid0`, `invalid1`, … in the order in which they appear. */
  const namespaceOf = (namespace: string): string => {
    if (namespace === '' || NAMESPACE.test(namespace)) return namespace;
    const known = renamed.get(namespace) ?? `invalid${renamed.size}`;
    renamed.set(namespace, known);
    return known;
  };

  /** Renames the namespace in a full name: in `com.2fa.logins.Device`, that is all before the last dot. */
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
