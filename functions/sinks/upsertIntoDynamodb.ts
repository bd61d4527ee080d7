import { positive, readConfiguration, text } from '#lib/configuration.ts';
import { conditionalWrites } from '#lib/stores/conditional-writes.ts';
import processedLogin from '#resources/avro/user_login_processed.avsc';
import { loginVariables, readingAvroLogins } from './avro-logins.ts';
import { entities } from './dynamodb/items.ts';
import { dynamodbSink } from './dynamodb/sink.ts';
import type { ItemKind } from './routes.ts';
import { sinkHandler, sinkVariables } from './sink-handler.ts';

type TableVariable = `${Uppercase<ItemKind>}_TABLE`;

/** Each kind of item, and the variable with the name of its table: vehicles, VEHICLES_TABLE. */
const kinds = Object.keys(entities).map((kind) => [kind, `${kind.toUpperCase()}_TABLE` as TableVariable] as const);

const config = readConfiguration({
  ...sinkVariables,
  ...loginVariables,
  ...(Object.fromEntries(kinds.map(([, variable]) => [variable, text])) as Record<TableVariable, typeof text>),
  TOMBSTONE_DAYS: positive,
  LOGIN_DAYS: positive,
});

/** Topics with tables in the `dynamodb` column of routes.ts -> DynamoDB: each entity's latest state. */
export const handler = sinkHandler(
  'upsertIntoDynamodb',
  config,
  readingAvroLogins(
    dynamodbSink({
      write: conditionalWrites(),
      tables: Object.fromEntries(kinds.map(([kind, variable]) => [kind, config[variable]])) as Record<ItemKind, string>,
      tombstoneDays: config.TOMBSTONE_DAYS,
      loginDays: config.LOGIN_DAYS,
    }),
    processedLogin,
    config,
  ),
);
