import avro, { type Resolver, type Type, type types } from 'avsc';
import { PipelineError } from '../errors.ts';
import { wrong } from './errors.ts';
import type { Payload } from './framing.ts';
import { mayHoldTooLong, type Nesting, valuesOf, wellFormed } from './well-formed.ts';
import { lenient } from './writer-schema.ts';

/** Decodes one payload of a writer's schema as the reader's. */
export type Decoder = (payload: Payload) => unknown;

type Schema = Parameters<typeof avro.Type.forSchema>[0];

/** No registry has a longer one: AWS::Glue::Schema, SchemaDefinition. */
const SCHEMA_CHARACTERS = 170_000;

/** A schema of no more values costs little, whatever the bytes: avsc may read them unseen. */
const BOUNDED_VALUES = 1_000;

/** An Avro schema of our own, from its JSON text. @throws Error where it is none: the file is wrong. */
export function avroType(schema: string): Type {
  return avro.Type.forSchema(JSON.parse(schema));
}

/** An Avro record schema of our own, whose fields and defaults are asked for. */
export function avroRecord(schema: string): types.RecordType {
  return avroType(schema) as types.RecordType;
}

/**
 * Resolves a writer's schema to the reader's once (Avro specification, "Schema Resolution"; a record of another
 * namespace is the same record), for any number of payloads. A field that the writer may leave null is decoded as null
 * there: what a null means where ours has none is its reader's decision.
 * @param writerSchema from a registry, whoever may have registered it
 * @throws PermanentError INCOMPATIBLE_SCHEMA
 * @returns a decoder that throws PermanentError TRUNCATED_AVRO, TRAILING_BYTES or NOT_AVRO; what is no UTF-8 in a string
 * comes out as U+FFFD, as of any lenient decoder: refuse that character where it matters
 */
export function avroDecoder(writerSchema: string, reader: Type): Decoder {
  const { writer, target, resolver } = resolve(writerSchema, reader);
  const check = wellFormed(writer);
  const checkFirst = valuesOf(writer) > BOUNDED_VALUES;
  return (payload) => {
    if (checkFirst || mayHoldTooLong(payload)) check(payload);
    let cause: unknown;
    try {
      const { value, offset } = target.decode(payload.bytes, payload.start, resolver);
      if (offset === payload.bytes.length) return value;
    } catch (error) {
      cause = error;
    }
    // It says what is wrong; avsc's own words may quote what it read.
    check(payload);
    throw wrong.avro('a value that the schema does not allow', cause);
  };
}

interface Resolved {
  writer: Type;
  /** what is decoded: the reader's, or the reader's with fields that may be null */
  target: Type;
  resolver?: Resolver;
}

function resolve(schema: string, reader: Type): Resolved {
  if (schema.length > SCHEMA_CHARACTERS) throw wrong.incompatible(`has over ${SCHEMA_CHARACTERS} characters`);
  try {
    const writer = avro.Type.forSchema(lenient(JSON.parse(schema)) as Schema);
    refuseInheritedNames(writer, new Set());
    if (writer.equals(reader)) return { writer, target: reader };
    try {
      return { writer, target: reader, resolver: resolverOf(writer, reader) };
    } catch {
      const target = nullable(reader);
      return { writer, target, resolver: resolverOf(writer, target) };
    }
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    throw wrong.incompatible("can't be read with ours", error);
  }
}

const resolverOf = (writer: Type, target: Type): Resolver => target.createResolver(writer, { ignoreNamespaces: true });

/**
 * avsc takes a writer's union only where each of its branches can be read; the specification goes by the branch that was
 * written. So a field of ours gets the branch null as well, behind its own type, to which its default belongs.
 */
function nullable(reader: Type): Type {
  const schema = reader.schema({ exportAttrs: true }) as { fields?: { type: unknown }[] };
  if (schema.fields === undefined) return reader;
  const fields = schema.fields.map((field) =>
    Array.isArray(field.type) ? field : { ...field, type: [field.type, 'null'] },
  );
  return avro.Type.forSchema({ ...schema, fields } as Schema);
}

/**
 * avsc looks fields up in plain objects: a field called `__proto__` or `toString` is neither read nor skipped there,
 * and all that follows it would be read wrongly.
 */
function refuseInheritedNames(type: Type, seen: Set<Type>): void {
  if (seen.has(type)) return;
  seen.add(type);
  const { fields, types: branches, itemsType, valuesType } = type as Partial<Nesting>;
  for (const { name } of fields ?? []) {
    if (name in Object.prototype) throw wrong.incompatible('has a field that is called as a property of all objects');
  }
  const inner = [...(fields ?? []).map((field) => field.type), ...(branches ?? []), itemsType, valuesType];
  for (const nested of inner) if (nested !== undefined) refuseInheritedNames(nested, seen);
}
