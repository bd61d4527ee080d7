import pg from 'pg';
import { DataApiError } from './errors.ts';
import type { Field, ResultSetOptions } from './requests.ts';

/** How a column of one PostgreSQL type is returned. */
export interface ColumnType {
  /** PostgreSQL's own name, in `columnMetadata.typeName`; an array's has a leading underscore. */
  readonly name: string;
  /** The number of `java.sql.Types`, in `columnMetadata.type`. */
  readonly jdbc: number;
  /** A value of PostgreSQL's text format as a typed field. */
  field(text: string, options: ResultSetOptions): Field;
  /** The same as a JSON value, for `formatRecordsAs: JSON`. */
  json(text: string, options: ResultSetOptions): unknown;
}

type Scalar = ColumnType & {
  /** The member of `arrayValue` that holds an array of this type. */
  readonly arrayMember: 'booleanValues' | 'longValues' | 'doubleValues' | 'stringValues';
};

const JDBC_ARRAY = 2003;
const TEXT_ARRAY = 1009;
/** One parser for all arrays: it splits, each element's own type reads it. */
const splitArray = new pg.TypeOverrides().getTypeParser(TEXT_ARRAY, 'text') as unknown as (text: string) => Elements;
type Elements = (string | null | Elements)[];

function text(name: string, jdbc = 12): Scalar {
  return {
    name,
    jdbc,
    arrayMember: 'stringValues',
    field: (value) => ({ stringValue: value }),
    json: (value) => value,
  };
}

function long(name: string, jdbc: number): Scalar {
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

function double(name: string, jdbc: number): Scalar {
  // JSON has no NaN and no infinity: the SDKs read them as strings.
  const value = (digits: string) => (Number.isFinite(Number(digits)) ? Number(digits) : digits);
  return { name, jdbc, arrayMember: 'doubleValues', field: (d) => ({ doubleValue: value(d) }), json: value };
}

const numeric: Scalar = {
  name: 'numeric',
  jdbc: 2,
  arrayMember: 'stringValues',
  field: (digits, { decimalReturnType }) => {
    if (decimalReturnType !== 'DOUBLE_OR_LONG') return { stringValue: digits };
    return digits.includes('.') ? { doubleValue: Number(digits) } : { longValue: Number(digits) };
  },
  json: (digits, { decimalReturnType }) => (decimalReturnType === 'DOUBLE_OR_LONG' ? Number(digits) : digits),
};

const boolean: Scalar = {
  name: 'bool',
  jdbc: -7,
  arrayMember: 'booleanValues',
  field: (value) => ({ booleanValue: value === 't' }),
  json: (value) => value === 't',
};

const base64 = (value: string) => Buffer.from(value.slice('\\x'.length), 'hex').toString('base64');
const bytea: ColumnType = {
  name: 'bytea',
  jdbc: -2,
  field: (value) => ({ blobValue: base64(value) }),
  json: base64,
};

/** In UTC and without an offset, as users of Aurora report it. */
const timestamptz: Scalar = {
  ...text('timestamptz', 93),
  field: (value) => ({ stringValue: value.replace(/\+00$/, '') }),
  json: (value) => value.replace(/\+00$/, ''),
};

/** The scalar types of "Amazon RDS Data API operations reference", by OID, with the OID of their array. */
const SCALARS: readonly (readonly [oid: number, array: number, type: Scalar])[] = [
  [16, 1000, boolean],
  [18, 1002, text('char', 1)],
  [19, 1003, text('name')],
  [20, 1016, long('int8', -5)],
  [21, 1005, long('int2', 5)],
  [23, 1007, long('int4', 4)],
  [25, 1009, text('text')],
  [26, 1028, long('oid', -5)],
  [114, 199, text('json', 1111)],
  [650, 651, text('cidr', 1111)],
  [700, 1021, double('float4', 7)],
  [701, 1022, double('float8', 8)],
  [869, 1041, text('inet', 1111)],
  [1042, 1014, text('bpchar', 1)],
  [1043, 1015, text('varchar')],
  [1082, 1182, text('date', 91)],
  [1083, 1183, text('time', 92)],
  [1114, 1115, text('timestamp', 93)],
  [1184, 1185, timestamptz],
  [1700, 1231, numeric],
  [2950, 2951, text('uuid', 1111)],
  [3802, 3807, text('jsonb', 1111)],
];

function arrayOf(scalar: Scalar): ColumnType {
  const elements = (value: string, read: (element: string) => unknown) =>
    splitArray(value).map((element) => {
      if (Array.isArray(element)) {
        throw new DataApiError('UnsupportedResultException', 'The result contains a multidimensional array');
      }
      return element === null ? null : read(element);
    });
  return {
    name: `_${scalar.name}`,
    jdbc: JDBC_ARRAY,
    // Elements are always of the type's own kind: the result set options are for scalars.
    field: (value) => ({
      arrayValue: { [scalar.arrayMember]: elements(value, (element) => Object.values(scalar.field(element, {}))[0]) },
    }),
    json: (value, options) => elements(value, (element) => scalar.json(element, options)),
  };
}

const BY_OID: ReadonlyMap<number, ColumnType> = new Map<number, ColumnType>([
  [17, bytea],
  ...SCALARS.map(([oid, , type]) => [oid, type] as const),
  ...SCALARS.map(([, array, type]) => [array, arrayOf(type)] as const),
]);

/**
 * The type of a result's column.
 * @throws DataApiError UnsupportedResultException for a type that the service doesn't return (interval, void, xml, …):
 * cast it to text. Enums, which the service returns, are refused here too.
 */
export function columnType(oid: number): ColumnType {
  const type = BY_OID.get(oid);
  if (!type) {
    throw new DataApiError(
      'UnsupportedResultException',
      `The result contains the unsupported data type with OID ${oid}`,
    );
  }
  return type;
}
