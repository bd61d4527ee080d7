import { Client } from 'pg';
import type { AlertRow, LoginRow, MetricRow, OrderRow, ReadingRow, RecordRow, Rows, TripRow } from '../world.ts';

/**
 * Reads the tables from PostgreSQL itself, not through the Data API that the sink writes by.
 *
 * When a row became visible is its transaction's commit time, which PostgreSQL keeps where it is started with
 * `track_commit_timestamp=on`: no column of ours. Elsewhere it is null, and the report has no RDS latency.
 */
export async function readRows(url: string): Promise<Rows> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: settings } = await client.query('SHOW track_commit_timestamp');
    const committed =
      settings[0]?.track_commit_timestamp === 'on' ? 'pg_xact_commit_timestamp(xmin)' : 'NULL::timestamptz';
    const read = async <T>(query: string) => (await client.query(query)).rows as T[];
    return {
      readings: await read<ReadingRow>(`SELECT *, ${committed} AS committed FROM readings`),
      alerts: await read<AlertRow>('SELECT * FROM alerts'),
      trips: await read<TripRow>('SELECT * FROM trips'),
      // As text: SQL's null and JSON's are two things, and `pg` makes one of them.
      records: await read<RecordRow>('SELECT *, value_json::text AS value_json FROM records'),
      orders: await read<OrderRow>('SELECT * FROM orders'),
      product_metrics: await read<MetricRow>('SELECT * FROM product_metrics'),
      logins: await read<LoginRow>('SELECT * FROM logins'),
    };
  } finally {
    await client.end();
  }
}
