import { type Endpoints, NOWHERE } from './servers.ts';

/** The stores that not every stack has, by the variable that tells a function where it is. */
const STORES: Readonly<Record<string, keyof Endpoints>> = { ARCHIVE_BUCKET: 's3', DATABASE_ARN: 'rdsData' };

/** The store that a function needs, by its environment, and a minimal stack lacks. */
export function missingStore(environment: object, endpoints: Endpoints): keyof Endpoints | undefined {
  return Object.entries(STORES).find(([name, store]) => name in environment && endpoints[store] === NOWHERE)?.[1];
}
