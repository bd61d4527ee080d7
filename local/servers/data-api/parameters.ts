import { DataApiError } from './errors.ts';
import type { Field, SqlParameter } from './requests.ts';

/** A parameter in the form that PostgreSQL gets. */
export interface BoundParameter {
  readonly value: string | Buffer | null;
  /** The SQL type; undefined: PostgreSQL infers it. */
  readonly type: string | undefined;
}

interface Hint {
  readonly type: string;
  /** The format in the API reference. PostgreSQL would accept more formats, but the service doesn't. */
  readonly form?: RegExp;
}

const TIME = String.raw`\d{2}:\d{2}:\d{2}(?:\.\d+)?`;

const HINTS: Readonly<Record<string, Hint>> = {
  DATE: { type: 'date', form: /^\d{4}-\d{2}-\d{2}$/ },
  DECIMAL: { type: 'numeric' },
  JSON: { type: 'json' },
  TIME: { type: 'time', form: new RegExp(`^${TIME}$`) },
  TIMESTAMP: { type: 'timestamp', form: new RegExp(String.raw`^\d{4}-\d{2}-\d{2} ${TIME}$`) },
  UUID: { type: 'uuid' },
};

type Members = { readonly [M in keyof Field]-?: (value: NonNullable<Field[M]>, of: SqlParameter) => BoundParameter };

/** Binds each member of a field. A long is a bigint for any column: `repeat('a', :n)` fails in the service too. */
const MEMBERS: Members = {
  isNull: (_, { typeHint }) => ({ value: null, type: typeHint === undefined ? undefined : hint(typeHint).type }),
  stringValue: (value, parameter) => ({ value, type: stringType(value, parameter) }),
  longValue: (value) => ({ value: String(value), type: 'bigint' }),
  doubleValue: (value) => ({ value: String(value), type: 'double precision' }),
  booleanValue: (value) => ({ value: String(value), type: 'boolean' }),
  blobValue: (value) => ({ value: Buffer.from(value, 'base64'), type: 'bytea' }),
  arrayValue: () => {
    throw new DataApiError('BadRequestException', 'Array parameters are not supported.');
  },
};

/**
 * The parameters of one statement, by name.
 * @throws DataApiError for a parameter without a name or value, a name that comes twice, an array, a wrong type hint
 */
export function bindParameters(parameters: readonly SqlParameter[] = []): Map<string, BoundParameter> {
  const bound = new Map<string, BoundParameter>();
  for (const parameter of parameters) {
    const { name } = parameter;
    if (!name) throw new DataApiError('BadRequestException', 'A parameter has no name');
    if (bound.has(name)) throw new DataApiError('BadRequestException', `Duplicate parameter: ${name}`);
    bound.set(name, bind(parameter));
  }
  return bound;
}

function bind(parameter: SqlParameter): BoundParameter {
  for (const member of Object.keys(MEMBERS) as (keyof Field)[]) {
    const value = parameter.value?.[member];
    if (value !== undefined && value !== null && !(member === 'isNull' && value === false)) {
      return MEMBERS[member](value as never, parameter);
    }
  }
  throw new DataApiError('BadRequestException', `Parameter ${parameter.name} has no value`);
}

function stringType(value: string, { name, typeHint }: SqlParameter): string {
  if (typeHint === undefined) return 'text';
  const { type, form } = hint(typeHint);
  if (form && !form.test(value)) {
    throw new DataApiError('BadRequestException', `Parameter ${name} isn't in the format of the type hint ${typeHint}`);
  }
  return type;
}

function hint(typeHint: string): Hint {
  const known = Object.hasOwn(HINTS, typeHint) ? HINTS[typeHint] : undefined;
  if (!known) throw new DataApiError('ValidationException', `Unknown typeHint: ${typeHint}`);
  return known;
}
