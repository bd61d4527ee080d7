import type { Field, ResultSetOptions } from './requests.ts';

/** How a column of a PostgreSQL type is returned. */
export interface ColumnType {
  /** PostgreSQL's own name, in `columnMetadata.typeName`; an array's has a leading underscore. */
  readonly name: string;
  /** The number in `java.sql.Types`, in `columnMetadata.type`. */
  readonly jdbc: number;
  /** A value in PostgreSQL's text format, as a typed field. */
  field(text: string, options: ResultSetOptions): Field;
  /** The same value as JSON, for `formatRecordsAs: JSON`. */
  json(text: string, options: ResultSetOptions): unknown;
}

export interface Scalar extends ColumnType {
  /** The member of `arrayValue` for an array of this type. */
  readonly arrayMember: 'booleanValues' | 'longValues' | 'doubleValues' | 'stringValues';
}

export function text(name: string, jdbc = 12): Scalar {
  return {
    name,
    jdbc,
    arrayMember: 'stringValues',
    field: (value) => ({ stringValue: value }),
    json: (value) => value,
  };
}

export function long(name: string, jdbc: number): Scalar {
  const value = (digits: string, options: ResultSetOptions) =>
    options.longReturnType === 'STRING' ? digits : Number(digits);
  return {
    name,
    jdbc,
    arrayMember: 'longValues',
    field: (digits, options) => {
      const read = value(digits, options);
      return typeof read === 'string' ? { stringValue: read } : { longValue: read };
    },
    json: value,
  };
}

export function double(name: string, jdbc: number): Scalar {
  // JSON has no NaN and no infinity: the SDKs read strings for them.
  const value = (digits: string) => (Number.isFinite(Number(digits)) ? Number(digits) : digits);
  return { name, jdbc, arrayMember: 'doubleValues', field: (d) => ({ doubleValue: value(d) }), json: value };
}

export const numeric: Scalar = {
  name: 'numeric',
  jdbc: 2,
  arrayMember: 'stringValues',
  field: (digits, { decimalReturnType }) => {
    if (decimalReturnType !== 'DOUBLE_OR_LONG') return { stringValue: digits };
    return digits.includes('.') ? { doubleValue: Number(digits) } : { longValue: Number(digits) };
  },
  json: (digits, { decimalReturnType }) => (decimalReturnType === 'DOUBLE_OR_LONG' ? Number(digits) : digits),
};

export const boolean: Scalar = {
  name: 'bool',
  jdbc: -7,
  arrayMember: 'booleanValues',
  field: (value) => ({ booleanValue: value === 't' }),
  json: (value) => value === 't',
};

const base64 = (value: string) => Buffer.from(value.slice('\\x'.length), 'hex').toString('base64');
export const bytea: ColumnType = {
  name: 'bytea',
  jdbc: -2,
  field: (value) => ({ blobValue: base64(value) }),
  json: base64,
};

/** In UTC, without an offset: known from reports of Aurora's users. */
export const timestamptz: Scalar = {
  ...text('timestamptz', 93),
  field: (value) => ({ stringValue: value.replace(/\+00$/, '') }),
  json: (value) => value.replace(/\+00$/, ''),
};
