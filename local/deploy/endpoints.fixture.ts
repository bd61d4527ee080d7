import type { Endpoints } from '../servers/catalogue.ts';
import { SERVERS } from '../servers/catalogue.ts';

/** The endpoints of a stack, all with this address. */
export function endpointsAt(address: string): Endpoints {
  const names = ['kafka', 'api', 'aws', ...SERVERS.flatMap(({ endpoint }) => endpoint ?? [])];
  return Object.fromEntries(names.map((name) => [name, address])) as Endpoints;
}
