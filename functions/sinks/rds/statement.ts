import type { Replacement, Table } from './rows.ts';

/**
 * One statement for any number of rows, which are one JSON parameter, `:rows`. An existing row with the same key stays
 * unchanged; in a table with `replaces`, the row with the higher number stays. The same holds for two such rows in one
 * statement.
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
  // PostgreSQL rejects a statement that replaces the same row twice, so only the highest row of each key is inserted.
  return (
    `INSERT INTO ${name} (${names}) SELECT DISTINCT ON (${list(key)}) ${values.join(', ')} ${rows} ` +
    `ORDER BY ${list(key)}, "${higher}" DESC ON CONFLICT (${list(key)}) DO UPDATE SET ${assignments(columns, replaces)} ` +
    `WHERE EXCLUDED."${higher}" > ${name}."${higher}"`
  );
}

/**
 * Runs the statement for each row separately, with the parameters `statement` and `rows` (`insert_each` in
 * resources/sql). Returns a row for each one that PostgreSQL rejects: its place (from 1), the SQLSTATE, and the
 * constraint or ''.
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
