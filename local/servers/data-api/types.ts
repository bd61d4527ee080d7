import pg from 'pg';
import { DataApiError } from './errors.ts';
import { boolean, bytea, type ColumnType, double, long, numeric, type Scalar, text, timestamptz } from './scalars.ts';

const JDBC_ARRAY = 2003;
const TEXT_ARRAY = 1009;
type Elements = (string | null | Elements)[];
/** Splits the text of any array; the type of its elements reads them. */
const splitArray = new pg.TypeOverrides().getTypeParser(TEXT_ARRAY, 'text') as unknown as (text: string) => Elements;

/** The scalar types in "Amazon RDS Data API operations reference": OID, OID of the array type, type. */
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
    // The members of arrayValue have one type each: here the result set options don't apply.
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
 * @throws DataApiError UnsupportedResultException for a type that the service doesn't return (interval, void, xml, …),
 * and for enums, which the service does return. The SQL can cast the column to text.
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
