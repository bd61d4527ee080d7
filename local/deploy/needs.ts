import type { Endpoints } from '../servers/catalogue.ts';
import { SERVERS } from '../servers/catalogue.ts';
import { NOWHERE } from './servers.ts';

/** The variable of functions that publish to SNS, which isn't run locally. */
const SNS_TOPIC = 'NOTIFICATIONS_TOPIC_ARN';

/** Whether a stack has the stores that a function uses. The function's environment variables tell which it uses. */
export function hasStores(environment: object, endpoints: Endpoints): boolean {
  if (SNS_TOPIC in environment) return false;
  const missing = SERVERS.filter(({ endpoint }) => endpoint !== undefined && endpoints[endpoint] === NOWHERE);
  return !missing.some(({ clientVariable }) => clientVariable !== undefined && clientVariable in environment);
}
