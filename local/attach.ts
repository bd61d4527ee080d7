import { attachedServers, readAddresses } from './addresses.ts';
import type { ClaimedCheckout } from './checkout.ts';
import { endpointsOf, makeServers } from './server-list.ts';
import { cacheFolder } from './servers/cache.ts';
import { temporaryFolder } from './servers/files/keep.ts';
import type { Java } from './servers/java/java.ts';
import { type AskedPorts, planServers } from './servers/plan.ts';
import { portReservations } from './servers/ports/port-reservations.ts';
import { type Progress, silent } from './servers/progress.ts';
import type { Server } from './servers/server.ts';
import { launchStack, type Stack } from './stack.ts';

export interface AttachOptions {
  readonly ports?: AskedPorts | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A stack of servers that run already, so that this machine needs neither Java nor Maven. Only the Data API is started,
 * which is a part of this process. The others stay when the stack stops.
 * @param what see {@link readAddresses}
 * @throws ServerError the first failure; the caller then runs the checkout's undo steps
 */
export async function attachServers(
  what: string,
  { ports = {}, progress = silent, signal }: AttachOptions,
  checkout: ClaimedCheckout,
): Promise<Stack> {
  const { root, logs, recorder, undo } = checkout;
  const addresses = await readAddresses(what);
  const cache = cacheFolder();
  const data = await temporaryFolder();
  undo.add(data.release);
  const reservations = portReservations(cache);
  undo.add(reservations.release);

  const theirs = attachedServers(addresses);
  const { servers: all, served } = await planServers({ ...USUAL, ports, root, reserve: reservations.take });
  const ours = all.filter(({ name }) => name === 'rds-data');
  const folders = { data: data.path, kept: false, logs, cache };
  const servers = [...theirs, ...(await makeServers(ours, folders, () => NO_JAVA, theirs))];
  const names = servers.map(({ name }) => name);
  const endpoints = endpointsOf(servers, served);
  await recorder.record({ data: data.path, kept: false, endpoints, servers: names });

  const missing = OPTIONAL.filter((name) => !names.includes(name));
  const notRun = Object.fromEntries(missing.map((name) => [name, `${what} has no address of ${name}`]));
  const onReady = ({ name, endpoint }: Server) => progress.line(`${name} answers at ${endpoint}`);
  return launchStack({ servers, endpoints, notRun, signal, onReady }, checkout);
}

const USUAL = { brokers: 1, minimal: false, connect: false } as const;
const OPTIONAL = ['opensearch', 'schema-registry'];
/** No server that this run starts needs Java. */
const NO_JAVA: Java = { path: '', home: '', version: 0, build: '' };
