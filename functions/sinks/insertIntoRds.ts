import { readConfiguration, text } from '../../lib/configuration.ts';
import { dataApiClient, openDatabase } from '../../lib/stores/data-api.ts';
import { rdsSink } from './rds/sink.ts';
import { sinkHandler, sinkVariables } from './sink.ts';

const config = readConfiguration({
  ...sinkVariables,
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

/** processed-data-topic, alerts-topic, trips-topic, demo_topic -> Aurora PostgreSQL, a row each. */
export const handler = sinkHandler(
  'insertIntoRds',
  config,
  rdsSink({ open: (deadline) => openDatabase(client, reference, deadline) }),
);
