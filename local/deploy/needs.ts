import { type Endpoints, NOWHERE } from './servers.ts';

/** The stores that a minimal stack lacks, by the variable that tells a function where each is. */
const STORES: Readonly<Record<string, keyof Endpoints>> = { ARCHIVE_BUCKET: 's3', DATABASE_ARN: 'rdsData' };

/** Whether a stack has the stores that a function uses, as its environment tells. */
export function hasStores(environment: object, endpoints: Endpoints): boolean {
  return Object.entries(STORES).every(([name, store]) => !(name in environment) || endpoints[store] !== NOWHERE);
}
