import type { Serverless } from '../choices/choices.ts';
import { alarms } from './alarms.ts';
import { archiveTables } from './athena.ts';
import { dashboard } from './dashboard.ts';
import { type Extension, extensions } from './extensions.ts';
import { readService } from './service.ts';
import { setUp, setUpSearch } from './set-up.ts';

/**
 * Resources made from the service's functions, topics and tables: alarms, the dashboard, the archive's Glue tables, the
 * custom resources, and properties that the framework's own resources lack. A new function, topic or table needs no
 * change here.
 * @param serverless the framework passes it to a file that exports a function
 */
export async function derived(
  serverless: Serverless,
): Promise<{ Resources: Record<string, unknown>; extensions: Record<string, Extension> }> {
  const service = await readService(serverless);
  return {
    Resources: {
      SetUp: await setUp(service),
      ...(await setUpSearch(service)),
      ...alarms(service),
      Dashboard: dashboard(service),
      ...archiveTables(service),
    },
    extensions: extensions(service),
  };
}
