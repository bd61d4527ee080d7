import { positive, readConfiguration, text } from '#lib/configuration.ts';
import { putIf } from '#lib/stores/conditional-put.ts';
import processedLogin from '#resources/avro/user_login_processed.avsc';
import { loginVariables, readingAvroLogins } from './avro-logins.ts';
import { dynamodbSink } from './dynamodb/sink.ts';
import { sinkHandler, sinkVariables } from './sink.ts';

const config = readConfiguration({
  ...sinkVariables,
  ...loginVariables,
  VEHICLES_TABLE: text,
  ALERTS_TABLE: text,
  TRIPS_TABLE: text,
  ORDERS_TABLE: text,
  USERS_TABLE: text,
  DEVICES_TABLE: text,
  RECORDS_TABLE: text,
  TOMBSTONE_DAYS: positive,
  LOGIN_DAYS: positive,
});

/** Topics with tables in the `dynamodb` column of routes.ts -> DynamoDB: each entity's latest state. */
export const handler = sinkHandler(
  'upsertIntoDynamodb',
  config,
  readingAvroLogins(
    dynamodbSink({
      put: putIf(),
      tables: {
        vehicles: config.VEHICLES_TABLE,
        alerts: config.ALERTS_TABLE,
        trips: config.TRIPS_TABLE,
        orders: config.ORDERS_TABLE,
        users: config.USERS_TABLE,
        devices: config.DEVICES_TABLE,
        records: config.RECORDS_TABLE,
      },
      tombstoneDays: config.TOMBSTONE_DAYS,
      loginDays: config.LOGIN_DAYS,
    }),
    processedLogin,
    config,
  ),
);
