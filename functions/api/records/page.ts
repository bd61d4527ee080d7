import type { Database } from '#lib/stores/data-api.ts';
import { cursorText } from '../http/cursor.ts';
import { type Part, type Row, rowsOf, wholeValue } from './rows.ts';

export interface Page {
  items: Row[];
  next?: string;
}

/**
 * A page of a query whose rows have a column `key`, a JSON array: what the next page's cursor is made of.
 * @param limit the most items; one row more tells whether there is a next page
 */
export async function pageOf(
  database: Pick<Database, 'execute'>,
  { sql, values = [] }: Part,
  limit: number,
): Promise<Page> {
  const rows = await rowsOf(database, {
    sql: `${sql} LIMIT :limit`,
    values: [...values, wholeValue('limit', limit + 1)],
  });
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1)?.['key'] : undefined;
  for (const row of shown) delete row['key'];
  return { items: shown, ...(last !== undefined && { next: cursorText(last as (string | number)[]) }) };
}
