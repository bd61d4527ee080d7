import { Client } from 'pg';
import type { Columns } from '../domain-types.ts';
import type { Rows } from '../world.ts';

/**
 * Reads the tables from PostgreSQL itself, not through the Data API that the sink writes with.
 *
 * A row becomes visible at the commit time of its transaction. PostgreSQL keeps it if it is started with
 * `track_commit_timestamp=on`; otherwise it is null, and the report has no RDS latency.
 */
export async function readRows(url: string, columns: Readonly<Record<keyof Rows, Columns>>): Promise<Rows> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: settings } = await client.query('SHOW track_commit_timestamp');
    const committed =
      settings[0]?.track_commit_timestamp === 'on' ? 'pg_xact_commit_timestamp(xmin)' : 'NULL::timestamptz';
    const tables: Record<string, unknown[]> = {};
    for (const [table, selected] of Object.entries(columns)) {
      tables[table] = (await client.query(`SELECT ${selected(committed)} FROM ${table}`)).rows;
    }
    return tables as unknown as Rows;
  } finally {
    await client.end();
  }
}
