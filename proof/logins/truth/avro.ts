import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/*
 * A second Avro reader, for records of the few types that logins have.
 */

export type AvroCode = 'TRUNCATED_AVRO' | 'TRAILING_BYTES' | 'NOT_AVRO';
export type Fields = Record<string, unknown>;

interface Field {
  name: string;
  type: 'string' | 'long' | ['null', 'string'] | { symbols: string[] };
}

/** The fields of a schema in resources/avro. */
export function fieldsOf(file: string): Field[] {
  const path = fileURLToPath(import.meta.resolve(`#resources/avro/${file}`));
  return (JSON.parse(readFileSync(path, 'utf8')) as { fields: Field[] }).fields;
}

/** Ends the reading. */
class Wrong extends Error {
  readonly code: AvroCode;
  constructor(code: AvroCode) {
    super(code);
    this.code = code;
  }
}

/** Reads a record's fields, one after the other; nothing may follow them. */
export function avroFields(bytes: Buffer, schema: readonly Field[]): { fields: Fields } | { bad: AvroCode } {
  let position = 0;
  let unsafe = false;
  const long = (): bigint => {
    let [zigzag, shift] = [0n, 0n];
    for (let length = 0; length < 10; length++) {
      const byte = bytes[position++];
      if (byte === undefined) throw new Wrong('TRUNCATED_AVRO');
      zigzag |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return (zigzag & 1n) === 0n ? zigzag >> 1n : -((zigzag + 1n) >> 1n);
      shift += 7n;
    }
    throw new Wrong('NOT_AVRO');
  };
  const string = (): string => {
    const length = Number(long());
    if (length < 0) throw new Wrong('NOT_AVRO');
    if (position + length > bytes.length) throw new Wrong('TRUNCATED_AVRO');
    position += length;
    return bytes.toString('utf8', position - length, position);
  };
  const number = (): number => {
    const value = Number(long());
    unsafe ||= !Number.isSafeInteger(value);
    return value;
  };
  const branch = (): string | null => {
    const index = long();
    if (index !== 0n && index !== 1n) throw new Wrong('NOT_AVRO');
    return index === 0n ? null : string();
  };
  const symbol = (symbols: readonly string[]): string => {
    const found = symbols[Number(long())];
    if (found === undefined) throw new Wrong('NOT_AVRO');
    return found;
  };
  const read = ({ type }: Field) => {
    if (Array.isArray(type)) return branch();
    if (typeof type === 'object') return symbol(type.symbols);
    return type === 'long' ? number() : string();
  };
  try {
    const fields = Object.fromEntries(schema.map((field) => [field.name, read(field)]));
    if (position < bytes.length) return { bad: 'TRAILING_BYTES' };
    return unsafe ? { bad: 'NOT_AVRO' } : { fields };
  } catch (error) {
    if (error instanceof Wrong) return { bad: error.code };
    throw error;
  }
}
