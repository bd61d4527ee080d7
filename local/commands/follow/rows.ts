import { Client } from 'pg';

const TABLES = ['readings', 'alerts', 'trips', 'records'] as const;

export interface FoundRow {
  table: (typeof TABLES)[number];
  row: Record<string, unknown>;
}

/** The rows of PostgreSQL that a record has, under its own name or under one of an alert of it. */
export async function findRows(postgres: string, source: string): Promise<FoundRow[]> {
  const client = new Client({ connectionString: postgres });
  await client.connect();
  try {
    const found: FoundRow[] = [];
    for (const table of TABLES) {
      const query = `SELECT to_jsonb(t) AS row FROM ${table} t WHERE source = $1 OR starts_with(source, $1 || '/') ORDER BY source`;
      const { rows } = await client.query<{ row: Record<string, unknown> }>(query, [source]);
      found.push(...rows.map(({ row }) => ({ table, row })));
    }
    return found;
  } finally {
    await client.end();
  }
}
