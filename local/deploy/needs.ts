import { type Endpoints, NOWHERE } from './servers.ts';

/** The stores that not every stack has, by the variable that gives a function the store's address. */
const STORES: Readonly<Record<string, keyof Endpoints>> = {
  ARCHIVE_BUCKET: 's3',
  DATABASE_ARN: 'rdsData',
  OPENSEARCH_NODE: 'opensearch',
};

/** The variable of functions that publish to SNS, which isn't run locally. */
const SNS_TOPIC = 'NOTIFICATIONS_TOPIC_ARN';

/** Whether a stack has the stores that a function uses. The function's environment variables tell which it uses. */
export function hasStores(environment: object, endpoints: Endpoints): boolean {
  if (SNS_TOPIC in environment) return false;
  return Object.entries(STORES).every(([name, store]) => !(name in environment) || endpoints[store] !== NOWHERE);
}
