import * as z from 'zod';
import { number, readConfiguration, text } from '#lib/configuration.ts';
import { loggerOf } from '#lib/observability/logger.ts';
import { searchAuth, searchClient } from '#lib/stores/search.ts';
import { expireAlerts } from '../sinks/opensearch/expire.ts';

const config = readConfiguration({
  AWS_REGION: text,
  OPENSEARCH_NODE: text,
  OPENSEARCH_AUTH: searchAuth,
  ALERT_RETENTION_MONTHS: number.pipe(z.int().min(0)),
});

const client = searchClient({ node: config.OPENSEARCH_NODE, auth: config.OPENSEARCH_AUTH, region: config.AWS_REGION });
const logger = loggerOf('expireAlerts');

/** Deletes the indices of months in which all alerts are older than the retention. Runs once a day, and by hand. */
export async function handler(): Promise<{ deleted: string[] }> {
  const deleted = await expireAlerts(client, config.ALERT_RETENTION_MONTHS, Date.now());
  logger.info('expired alerts', { deleted });
  return { deleted };
}
