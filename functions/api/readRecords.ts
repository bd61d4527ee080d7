import { readConfiguration, text } from '#lib/configuration.ts';
import { dataApiClient, openDatabase } from '#lib/stores/data-api.ts';
import { apiHandler, serve } from './http/handler.ts';
import { readAlerts } from './records/alerts.ts';
import { readLogins } from './records/logins.ts';
import { readProductMetrics } from './records/product-metrics.ts';
import type { OpenDatabase } from './records/rows.ts';
import { readTrack } from './records/track.ts';
import { countLogins, listAlerts, listProductMetrics } from './routes/records.ts';
import { getTrack } from './routes/vehicles.ts';

const config = readConfiguration({ DATABASE_ARN: text, DATABASE_SECRET_ARN: text, DATABASE_NAME: text });

const client = dataApiClient();
const reference = {
  resourceArn: config.DATABASE_ARN,
  secretArn: config.DATABASE_SECRET_ARN,
  database: config.DATABASE_NAME,
};
const open: OpenDatabase = (deadline) => openDatabase(client, reference, deadline);

/** The routes that read PostgreSQL: records over time. */
export const handler = apiHandler('readRecords', [
  serve(getTrack, readTrack(open)),
  serve(listAlerts, readAlerts(open)),
  serve(listProductMetrics, readProductMetrics(open)),
  serve(countLogins, readLogins(open)),
]);
