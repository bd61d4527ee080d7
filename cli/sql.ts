import { Client, type QueryArrayResult, type QueryResult } from 'pg';
import { readStack, type StackFile } from '#local/stack-file.ts';
import { type Command, runCommand, UsageError } from './command.ts';
import { escaped } from './text/record-text.ts';
import { tableText } from './text/table.ts';

const USAGE = `
Usage: npm run sql -- [--json] "select …"

Runs an SQL statement directly on the running stack's PostgreSQL, not through the Data API. The tables are readings,
alerts, trips, orders, product_metrics, logins and records.

  --json   prints the rows as one JSON array instead of a table

Example: npm run sql -- "select alert, count(*) from alerts group by alert"
`;

const OPTIONS = { json: { type: 'boolean' } } as const;

/** Oids in pg_type of int2, int4, int8, oid, float4, float8 and numeric. */
const NUMBERS = new Set([21, 23, 20, 26, 700, 701, 1700]);

/** @param findStack finds the running stack; a test passes its own */
export const sql = (findStack: () => Promise<StackFile> = readStack): Command<typeof OPTIONS> => ({
  name: 'sql',
  usage: USAGE,
  options: OPTIONS,
  async run({ values: { json }, positionals: [statement, ...more], signal }) {
    if (!statement?.trim() || more.length > 0)
      throw new UsageError('give one statement in quotes, as in: npm run sql -- "select count(*) from alerts"');
    const { endpoints, servers } = await findStack();
    if (!servers.includes('postgres'))
      throw new Error('the running stack has no PostgreSQL: it was started with --minimal');
    const client = new Client({ connectionString: endpoints.postgres });
    await client.connect();
    const end = () => void client.end();
    signal.addEventListener('abort', end);
    try {
      if (json) console.log(JSON.stringify((await lastOf(client.query(statement))).rows, null, 2));
      else console.log(resultText(await lastOf(client.query({ text: statement, rowMode: 'array', types: AS_TEXT }))));
    } catch (error) {
      throw signal.aborted ? new Error('interrupted') : withHint(error);
    } finally {
      signal.removeEventListener('abort', end);
      await client.end();
    }
  },
});

/** Leaves values in PostgreSQL's own text form. */
const AS_TEXT = { getTypeParser: () => (text: string) => text } as unknown as QueryTypes;
type QueryTypes = NonNullable<import('pg').CustomTypesConfig>;

/** For several statements, `pg` gives a list of results: takes the last one. */
async function lastOf<R extends QueryResult | QueryArrayResult>(query: Promise<R>): Promise<R> {
  const result: R | R[] = await query;
  return Array.isArray(result) ? (result.at(-1) as R) : result;
}

function resultText({ fields, rows, command, rowCount }: QueryArrayResult): string {
  if (fields.length === 0) return `${command}${rowCount === null ? '' : ` ${rowCount}`}`;
  const cells = rows.map((row) => row.map((value) => (value === null ? '' : escaped(String(value)))));
  const names = fields.map(({ name }) => name);
  return tableText(
    names,
    cells,
    fields.map(({ dataTypeID }) => NUMBERS.has(dataTypeID)),
  );
}

function withHint(error: unknown): unknown {
  const { message, hint } = error as { message: string; hint?: string };
  return hint === undefined ? error : new Error(`${message} (${hint})`);
}

if (import.meta.main) process.exit(await runCommand(sql()));
