import type { Table } from './rows.ts';

/**
 * One statement for any number of rows: they are one JSON parameter, `:rows`. A row whose primary key is there already
 * is left as it is, and so is one of two in the same statement.
 */
export function insertStatement(name: string, { columns }: Pick<Table, 'columns'>): string {
  const entries = Object.entries(columns);
  const names = entries.map(([column]) => `"${column}"`).join(', ');
  const values = entries.map(([column, type]) =>
    type === 'bytea' ? `decode(x."${column}", 'base64')` : `x."${column}"`,
  );
  const types = entries.map(([column, type]) => `"${column}" ${type === 'bytea' ? 'text' : type}`);
  return (
    `INSERT INTO ${name} (${names}) SELECT ${values.join(', ')} ` +
    `FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS x(${types.join(', ')}) ON CONFLICT DO NOTHING`
  );
}
