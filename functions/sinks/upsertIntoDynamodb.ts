import { positive, readConfiguration, text } from '../../lib/configuration.ts';
import { putIf } from '../../lib/stores/conditional-put.ts';
import { dynamodbSink } from './dynamodb/sink.ts';
import { sinkHandler, sinkVariables } from './sink.ts';

const config = readConfiguration({
  ...sinkVariables,
  VEHICLES_TABLE: text,
  ALERTS_TABLE: text,
  TRIPS_TABLE: text,
  RECORDS_TABLE: text,
  TOMBSTONE_DAYS: positive,
});

/** processed-data-topic, alerts-topic, trips-topic, demo_topic -> DynamoDB: the latest state of each entity. */
export const handler = sinkHandler(
  'upsertIntoDynamodb',
  config,
  dynamodbSink({
    put: putIf(),
    tables: {
      vehicles: config.VEHICLES_TABLE,
      alerts: config.ALERTS_TABLE,
      trips: config.TRIPS_TABLE,
      records: config.RECORDS_TABLE,
    },
    tombstoneDays: config.TOMBSTONE_DAYS,
  }),
);
