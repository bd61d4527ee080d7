import type pg from 'pg';
import { columnType } from './types.ts';

/** A column's description in the service's JSON; the members are those of `java.sql.ResultSetMetaData`. */
export interface ColumnMetadata {
  readonly name: string;
  readonly label: string;
  readonly type: number;
  readonly typeName: string;
  readonly schemaName: string;
  readonly tableName: string;
  readonly isAutoIncrement: boolean;
  readonly isSigned: boolean;
  readonly isCurrency: boolean;
  readonly isCaseSensitive: boolean;
  /** 0: no nulls; 1: nullable; 2: unknown. */
  readonly nullable: 0 | 1 | 2;
  readonly precision: number;
  readonly scale: number;
  readonly arrayBaseColumnType: number;
}

interface Attribute {
  readonly table_id: number;
  readonly column_id: number;
  readonly schema_name: string;
  readonly table_name: string;
  readonly column_name: string;
  readonly not_null: boolean;
  readonly generated: boolean;
}

const ATTRIBUTES = `
SELECT c.oid::int AS table_id, a.attnum::int AS column_id, n.nspname AS schema_name, c.relname AS table_name,
  a.attname AS column_name, a.attnotnull AS not_null,
  a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false) AS generated
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = ANY($1::oid[]) AND a.attnum > 0`;

const NUMERIC = 1700;
const VARCHAR = 1043;
const SIGNED_JDBC: ReadonlySet<number> = new Set([-5, 2, 4, 5, 7, 8]);

/** For `includeResultMetadata`. Like the service, looks up the tables of the columns. */
export async function columnMetadata(client: pg.PoolClient, fields: readonly pg.FieldDef[]): Promise<ColumnMetadata[]> {
  const tables = [...new Set(fields.map((field) => field.tableID))].filter((table) => table !== 0);
  const { rows } = tables.length > 0 ? await client.query<Attribute>(ATTRIBUTES, [tables]) : { rows: [] };
  return fields.map((field) => {
    const from = rows.find((row) => row.table_id === field.tableID && row.column_id === field.columnID);
    const type = columnType(field.dataTypeID);
    return {
      name: from?.column_name ?? field.name,
      label: field.name,
      type: type.jdbc,
      typeName: type.name,
      schemaName: from?.schema_name ?? '',
      tableName: from?.table_name ?? '',
      isAutoIncrement: from?.generated ?? false,
      isSigned: SIGNED_JDBC.has(type.jdbc),
      isCurrency: false,
      isCaseSensitive: type.jdbc === 12 || type.jdbc === 1,
      nullable: from === undefined ? 2 : from.not_null ? 0 : 1,
      ...size(field),
      arrayBaseColumnType: 0,
    };
  });
}

/** The declared precision and scale; 0 without one, where the service's driver has constants (10 for an int4, …). */
function size({ dataTypeID, dataTypeModifier }: pg.FieldDef): { precision: number; scale: number } {
  const declared = dataTypeModifier - 4;
  if (declared >= 0 && dataTypeID === NUMERIC) return { precision: declared >> 16, scale: declared & 0x7ff };
  if (declared >= 0 && dataTypeID === VARCHAR) return { precision: declared, scale: 0 };
  return { precision: 0, scale: 0 };
}
