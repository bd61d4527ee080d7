import { readConfiguration, text } from '#lib/configuration.ts';
import { dataApiClient, openDatabase } from '#lib/stores/data-api.ts';
import processedLogin from '#resources/avro/user_login_processed.avsc';
import { loginVariables, readingAvroLogins } from './avro-logins.ts';
import { rdsSink } from './rds/sink.ts';
import { sinkHandler, sinkVariables } from './sink-handler.ts';

const config = readConfiguration({
  ...sinkVariables,
  ...loginVariables,
  DATABASE_ARN: text,
  DATABASE_SECRET_ARN: text,
  DATABASE_NAME: text,
});

const client = dataApiClient();
const reference = {
  resourceArn: config.DATABASE_ARN,
  secretArn: config.DATABASE_SECRET_ARN,
  database: config.DATABASE_NAME,
};

/** Topics with a table in the `rds` column of routes.ts -> Aurora PostgreSQL: each record is a row. */
export const handler = sinkHandler(
  'insertIntoRds',
  config,
  readingAvroLogins(rdsSink({ open: (deadline) => openDatabase(client, reference, deadline) }), processedLogin, config),
);
