import { Client } from 'pg';
import type { Columns } from '../domain-types.ts';
import { merged } from '../domains.ts';
import type { Rows } from '../world.ts';
import type { StackReadback } from './readback.ts';

/** `postgres://…` */
interface Server {
  postgres: string;
}

const COLUMNS = merged('columns') as Readonly<Record<keyof Rows, Columns>>;

/**
 * The tables, read from PostgreSQL itself, not through the Data API that the sink writes with.
 *
 * A row becomes visible at the commit time of its transaction. PostgreSQL keeps it if it is started with
 * `track_commit_timestamp=on`; otherwise it is null, and the report has no RDS latency.
 */
export const rds: StackReadback<Server, Rows> = {
  placeOf: ({ postgres }) => ({ postgres }),
  read: readRows,
};

async function readRows({ postgres }: Server): Promise<Rows> {
  const client = new Client({ connectionString: postgres });
  await client.connect();
  try {
    const { rows: settings } = await client.query('SHOW track_commit_timestamp');
    const committed =
      settings[0]?.track_commit_timestamp === 'on' ? 'pg_xact_commit_timestamp(xmin)' : 'NULL::timestamptz';
    const tables: Record<string, unknown[]> = {};
    for (const [table, selected] of Object.entries(COLUMNS)) {
      tables[table] = (await client.query(`SELECT ${selected(committed)} FROM ${table}`)).rows;
    }
    return tables as unknown as Rows;
  } finally {
    await client.end();
  }
}
