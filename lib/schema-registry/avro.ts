import avro, { type Resolver, type Type, type types } from 'avsc';
import { PipelineError } from '../errors.ts';
import { wrong } from './errors.ts';
import type { Payload } from './framing.ts';
import { mayHoldTooLong, type Nesting, valuesOf, wellFormed } from './well-formed.ts';
import { lenient } from './writer-schema.ts';

/** Decodes a payload that was written with the writer's schema into a value of the reader's schema. */
export type Decoder = (payload: Payload) => unknown;

type Schema = Parameters<typeof avro.Type.forSchema>[0];

/** The longest schema that a registry takes: AWS::Glue::Schema, SchemaDefinition. */
const SCHEMA_CHARACTERS = 170_000;

/**
 * Payloads of a schema with at most this many values are decoded without a check first: they cost little, whatever
 * their bytes.
 */
const BOUNDED_VALUES = 1_000;

/** One of this project's Avro schemas, from its JSON text. @throws Error if the text is not a schema */
export function avroType(schema: string): Type {
  return avro.Type.forSchema(JSON.parse(schema));
}

/** One of this project's Avro record schemas, for code that needs its fields and defaults. */
export function avroRecord(schema: string): types.RecordType {
  return avroType(schema) as types.RecordType;
}

/**
 * Resolves a writer's schema to the reader's once, for any number of payloads (Avro specification, "Schema Resolution";
 * a record of another namespace is the same record). If the writer allows null in a field and the reader doesn't, a
 * null is decoded as null, and the caller decides what it means.
 * @param writerSchema from a registry: anyone may have registered it
 * @throws PermanentError INCOMPATIBLE_SCHEMA
 * @returns a decoder that throws PermanentError TRUNCATED_AVRO, TRAILING_BYTES or NOT_AVRO. Invalid UTF-8 in a string
 * becomes U+FFFD, as in other lenient decoders: refuse that character where it matters.
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
    // This check finds the reason. avsc's own message may quote the payload.
    check(payload);
    throw wrong.avro('a value that the schema does not allow', cause);
  };
}

interface Resolved {
  writer: Type;
  /** the type of the result: the reader's, or the reader's with fields that may be null */
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
    throw wrong.incompatible("can't be resolved to the reader's", error);
  }
}

const resolverOf = (writer: Type, target: Type): Resolver => target.createResolver(writer, { ignoreNamespaces: true });

/**
 * avsc accepts a writer's union only if the reader can read each of its branches; the specification requires this only
 * for the branch that was written. So each field of the reader also gets the branch null, after its own type, to which
 * its default belongs.
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
 * avsc looks up fields in plain objects. It would neither read nor skip a field named `__proto__` or `toString`, and
 * would read everything after it wrongly.
 */
function refuseInheritedNames(type: Type, seen: Set<Type>): void {
  if (seen.has(type)) return;
  seen.add(type);
  const { fields, types: branches, itemsType, valuesType } = type as Partial<Nesting>;
  for (const { name } of fields ?? []) {
    if (name in Object.prototype) throw wrong.incompatible('has a field named like a property of every object');
  }
  const inner = [...(fields ?? []).map((field) => field.type), ...(branches ?? []), itemsType, valuesType];
  for (const nested of inner) if (nested !== undefined) refuseInheritedNames(nested, seen);
}
