import { Client } from 'pg';

/** The tables, each with the SQL expression for a row's source. */
const TABLES = {
  readings: 'source',
  alerts: 'source',
  trips: 'source',
  orders: 'source',
  logins: 'source',
  product_metrics: "window_start || '/' || product_id",
  records: 'source',
} as const;

export interface FoundRow {
  table: keyof typeof TABLES;
  /** the record's own source, or the source of one of its alerts */
  source: string;
  row: Record<string, unknown>;
  /** when it was committed, ms since the epoch; null where the server doesn't keep it (`track_commit_timestamp`) */
  at: number | null;
}

/** The PostgreSQL rows of a record: under its own source, or under the source of one of its alerts. */
export async function findRows(postgres: string, source: string): Promise<FoundRow[]> {
  const client = new Client({ connectionString: postgres });
  await client.connect();
  try {
    const { rows: settings } = await client.query<{ track_commit_timestamp: string }>('SHOW track_commit_timestamp');
    const at =
      settings[0]?.track_commit_timestamp === 'on' ? 'extract(epoch FROM pg_xact_commit_timestamp(xmin))' : 'NULL';
    const found: FoundRow[] = [];
    for (const [table, name] of Object.entries(TABLES) as [FoundRow['table'], string][]) {
      const query = `SELECT ${name} AS source, to_jsonb(t) AS row, ${at} AS at FROM ${table} t
        WHERE ${name} = $1 OR starts_with(${name}, $1 || '/') ORDER BY 1`;
      // PostgreSQL's numeric comes as text.
      const { rows } = await client.query<Omit<FoundRow, 'table' | 'at'> & { at: string | null }>(query, [source]);
      found.push(...rows.map((row) => ({ table, ...row, at: row.at === null ? null : Number(row.at) * 1000 })));
    }
    return found;
  } finally {
    await client.end();
  }
}
