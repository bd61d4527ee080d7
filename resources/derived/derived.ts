import { alarms } from './alarms.ts';
import { archiveTables } from './athena.ts';
import { dashboard } from './dashboard.ts';
import { type Extension, extensions } from './extensions.ts';
import { readService, type Serverless } from './service.ts';
import { setUp, setUpSearch } from './set-up.ts';

/**
 * What follows from serverless.yml's functions, topics and tables: alarms, the dashboard, the archive's tables, and what the framework's own
 * resources of each function lack. One that is added there is watched and encrypted without a line here.
 * @param serverless what the framework hands to a file that exports a function
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
