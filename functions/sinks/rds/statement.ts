import type { Replacement, Table } from './rows.ts';

/**
 * One statement for any number of rows: they are one JSON parameter, `:rows`. A row whose key is there already is left
 * as it is, or replaces it where it has the higher number; the same goes for two in one statement.
 */
export function insertStatement(name: string, { columns, replaces }: Pick<Table, 'columns' | 'replaces'>): string {
  const entries = Object.entries(columns);
  const names = list(entries.map(([column]) => column));
  const values = entries.map(([column, type]) =>
    type === 'bytea' ? `decode(x."${column}", 'base64')` : `x."${column}"`,
  );
  const types = entries.map(([column, type]) => `"${column}" ${type === 'bytea' ? 'text' : type}`);
  const rows = `FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS x(${types.join(', ')})`;
  if (replaces === undefined) {
    return `INSERT INTO ${name} (${names}) SELECT ${values.join(', ')} ${rows} ON CONFLICT DO NOTHING`;
  }
  const { key, higher } = replaces;
  // PostgreSQL refuses a statement that would replace the same row twice: the highest of each key alone goes in.
  return (
    `INSERT INTO ${name} (${names}) SELECT DISTINCT ON (${list(key)}) ${values.join(', ')} ${rows} ` +
    `ORDER BY ${list(key)}, "${higher}" DESC ON CONFLICT (${list(key)}) DO UPDATE SET ${assignments(columns, replaces)} ` +
    `WHERE EXCLUDED."${higher}" > ${name}."${higher}"`
  );
}

/**
 * Runs that statement for each row by itself (resources/sql, insert_each): parameters `statement` and `rows`. Its rows
 * are those that PostgreSQL refuses: place (from 1), SQLSTATE, and the constraint or ''.
 */
export const INSERT_EACH =
  'SELECT place, refused_with, refused_by FROM insert_each(:statement, CAST(:rows AS json)) ORDER BY place';

/** The statement as `insert_each` runs it. */
export function forEachRow(statement: string): string {
  return statement.replace(':rows', '$1');
}

const list = (columns: readonly string[]) => columns.map((column) => `"${column}"`).join(', ');

function assignments(columns: Table['columns'], { key }: Replacement): string {
  const others = Object.keys(columns).filter((column) => !key.includes(column));
  return others.map((column) => `"${column}" = EXCLUDED."${column}"`).join(', ');
}
