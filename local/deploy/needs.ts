import { type Endpoints, NOWHERE } from './servers.ts';

/** The stores that not every stack has, by the variable that tells a function where each is. */
const STORES: Readonly<Record<string, keyof Endpoints>> = {
  ARCHIVE_BUCKET: 's3',
  DATABASE_ARN: 'rdsData',
  OPENSEARCH_NODE: 'opensearch',
};

/** What no stack has: there is no SNS to run here. */
const NOWHERE_TO_RUN = 'NOTIFICATIONS_TOPIC_ARN';

/** Whether a stack has the stores that a function uses, as its environment tells. */
export function hasStores(environment: object, endpoints: Endpoints): boolean {
  if (NOWHERE_TO_RUN in environment) return false;
  return Object.entries(STORES).every(([name, store]) => !(name in environment) || endpoints[store] !== NOWHERE);
}
