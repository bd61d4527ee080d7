import type { Context } from 'aws-lambda';
import { readConfiguration, text } from '#lib/configuration.ts';
import { invocationDeadline } from '#lib/deadline.ts';
import { dataApiClient, openDatabase } from '#lib/stores/data-api.ts';
import fleet from '#resources/sql/001_fleet.sql';
import records from '#resources/sql/002_records.sql';
import orders from '#resources/sql/003_orders.sql';
import logins from '#resources/sql/004_logins.sql';
import insertEach from '#resources/sql/005_insert_each.sql';
import api from '#resources/sql/006_api.sql';
import { type Applied, applyMigrations } from './apply.ts';
import { readMigrations } from './migrations.ts';

const config = readConfiguration({ DATABASE_ARN: text, DATABASE_SECRET_ARN: text, DATABASE_NAME: text });

/** A new migration is a file in resources/sql and a row here. */
const migrations = readMigrations({
  '001_fleet': fleet,
  '002_records': records,
  '003_orders': orders,
  '004_logins': logins,
  '005_insert_each': insertEach,
  '006_api': api,
});

const reference = {
  resourceArn: config.DATABASE_ARN,
  secretArn: config.DATABASE_SECRET_ARN,
  database: config.DATABASE_NAME,
};
const client = dataApiClient();

/**
 * Applies resources/sql to the database, in a deployment or by hand. Idempotent, even for two runs at once. Waits for a
 * paused database.
 */
export async function handler(_event: unknown, context: Context): Promise<Applied> {
  const deadline = invocationDeadline(context);
  return applyMigrations(openDatabase(client, reference, deadline), migrations, deadline);
}
