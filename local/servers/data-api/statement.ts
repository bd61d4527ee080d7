import type pg from 'pg';
import { splitStatements } from '#lib/stores/sql/statements.ts';
import type { Connection } from './connections.ts';
import { DataApiError } from './errors.ts';
import { bindParameters } from './parameters.ts';
import type { SqlParameter } from './requests.ts';
import type { Result, Row } from './results.ts';
import { translator } from './translate.ts';

/** Leaves every value in PostgreSQL's text format; `types.ts` reads it by the column's type. */
const AS_TEXT = { getTypeParser: () => (text: string) => text };

/**
 * Reads a request's statement once, and returns a function that runs it with a parameter set.
 * @throws DataApiError ValidationException for several statements: the service runs one at a time
 */
export function statement(sql: string) {
  if (splitStatements(sql).length > 1)
    throw new DataApiError('ValidationException', "Multistatements aren't supported.");
  const translate = translator(sql);
  return async ({ client }: Connection, parameters: readonly SqlParameter[] | undefined): Promise<Result> => {
    const bound = bindParameters(parameters);
    const parameter = (name: string) => {
      const found = bound.get(name);
      if (!found) throw new DataApiError('BadRequestException', `Cannot find parameter: ${name}`);
      return found;
    };
    const { text, names } = translate((name) => parameter(name).type);
    const query: pg.QueryArrayConfig & { queryMode: 'extended' } = {
      text,
      values: names.map((name) => parameter(name).value),
      rowMode: 'array',
      types: AS_TEXT,
      queryMode: 'extended',
    };
    return client.query<Row>(query);
  };
}
