import { type ClaimedCheckout, type ClaimOptions, claimCheckout } from './checkout.ts';
import { chooseJava } from './choose-java.ts';
import type { Deployment } from './deploy/deploy.ts';
import { endpointsOf, firstDeath, makeServers, processesOf, serverNamed } from './server-list.ts';
import { cacheFolder } from './servers/cache.ts';
import type { Endpoints } from './servers/catalogue.ts';
import type { Members } from './servers/description.ts';
import { requireSpace } from './servers/files/free-space.ts';
import { keptFolder, temporaryFolder } from './servers/files/keep.ts';
import { fetchJars } from './servers/jars/fetch-jars.ts';
import { prepareSecurity } from './servers/kafka/security.ts';
import { launch, stopAll } from './servers/launch.ts';
import { artifactsOf, keptNames, serverNames } from './servers/members.ts';
import { type AskedPorts, type Planned, planServers } from './servers/plan.ts';
import { portReservations } from './servers/ports/port-reservations.ts';
import { type Progress, silent } from './servers/progress.ts';
import type { Server, ServerError } from './servers/server.ts';

export { readStack, type StackFile } from './stack-file.ts';

export interface ServersOptions {
  /** Kafka brokers; default 1. */
  readonly brokers?: 1 | 3 | undefined;
  /** Kafka and DynamoDB only, whatever the next three options say. */
  readonly minimal?: boolean | undefined;
  /** With Kafka Connect, which runs the file sink of product-metrics to `output/metrics.json`. */
  readonly connect?: boolean | undefined;
  /** With OpenSearch, for the alerts, where the machine has a Java for it. */
  readonly search?: boolean | undefined;
  /** With the schema registry of the logins, where the machine has a Java for it. */
  readonly schemaRegistry?: boolean | undefined;
  /** Brokers that encrypt, ask for passwords, and let each user do only what it may (local/servers/kafka/security.ts). */
  readonly secure?: boolean | undefined;
  /** Keeps all servers' data in this folder, and continues with the data there; by default a run starts empty. */
  readonly keep?: string | undefined;
  /** For each broker, the port of a proxy before it, through which some clients come. */
  readonly proxyPorts?: readonly number[] | undefined;
  /** Ports that the user asked for. A taken port is an error, which names the option `--<server>-port`. */
  readonly ports?: AskedPorts | undefined;
  readonly progress?: Progress | undefined;
  /** Ends the start: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface StackOptions extends ClaimOptions, ServersOptions {}

export interface Stack {
  /** NOWHERE for a server that the stack doesn't have. */
  readonly endpoints: Endpoints;
  /** Servers that were asked for and can't run on this machine, and why. */
  readonly notRun: Readonly<Record<string, string>>;
  readonly servers: readonly Server[];
  /** Resolves when a server ends before the stack is stopped, unless it `mayEnd`. Never rejects. */
  readonly died: Promise<ServerError>;
  /** The names of servers that somebody ends on purpose, and starts again. */
  readonly mayEnd: Set<string>;
  /** @throws Error where the stack has no server of that name */
  readonly server: (name: string) => Server;
  /** Adds the physical names of the template's resources, and its schemas, to `.local/stack.json`. */
  readonly recordDeployed: (deployed: Pick<Deployment, 'references' | 'schemas'>) => Promise<void>;
  /** Adds the URL of the run's metrics to `.local/stack.json`. */
  readonly recordMetrics: (url: string) => Promise<void>;
  /** Stops all servers, removes what isn't kept, and releases the checkout. Idempotent. */
  readonly stop: () => Promise<void>;
}

/** Bytes that must be free. Empty servers take about 30 MB; the errors of a disk that fills up later are misleading. */
const SPACE = 500e6;

/**
 * Claims a checkout and starts the local servers.
 * @throws ServerError the first failure; by then everything is stopped and removed
 * @example
 * const stack = await startStack({ stage: 'local', progress: streamProgress(process.stderr) });
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const checkout = await claimCheckout(options);
  try {
    return await startServers(options, checkout);
  } catch (error) {
    await checkout.undo.run();
    throw error;
  }
}

/**
 * Starts the local servers in parallel in a claimed checkout; downloads what the cache lacks.
 * @throws ServerError the first failure; the caller then runs the checkout's undo steps
 */
export async function startServers(options: ServersOptions, checkout: ClaimedCheckout): Promise<Stack> {
  const { progress = silent, signal } = options;
  const { root, logs, recorder, undo } = checkout;
  const cache = cacheFolder();
  const { java, modernJava, members, notRun } = await chooseJava(membersOf(options), { cache, progress, signal });
  await fetchJars(artifactsOf(members), { cache, java, progress, signal });
  const data =
    options.keep === undefined ? await temporaryFolder() : await keptFolder(options.keep, keptNames(members));
  undo.add(data.release);
  await recorder.record({ data: data.path, kept: data.kept });
  await requireSpace(data.path, SPACE);

  const security = options.secure ? await prepareSecurity(data.path, java) : undefined;
  const reservations = portReservations(cache);
  undo.add(reservations.release);
  const { servers: planned, served } = await planServers({
    ...members,
    ports: options.ports ?? {},
    security,
    proxyPorts: options.proxyPorts,
    root,
    reserve: reservations.take,
  });
  const folders = { data: data.path, kept: data.kept, logs, cache };
  const servers = await makeServers(planned, folders, (server) => (server.modernJava ? modernJava : java));
  const endpoints = endpointsOf(servers, served, security?.toolsFile);
  await recorder.record({ endpoints, servers: serverNames(members) });

  const onReady = ({ name }: Server, seconds: number) => {
    const { port, usual } = planned.find((server) => server.name === name) as Planned;
    const moved = port === usual ? '' : ` (port ${usual} is taken)`;
    progress.line(`${name} ready in ${seconds.toFixed(1)} s on 127.0.0.1:${port}${moved}`);
  };
  const stack = await launchStack({ servers, endpoints, notRun, signal, onReady }, checkout);
  await data.complete();
  return stack;
}

interface Launched extends Pick<Stack, 'servers' | 'endpoints' | 'notRun'> {
  readonly signal: AbortSignal | undefined;
  /** Called when a server answers. */
  readonly onReady: (server: Server, seconds: number) => void;
}

/** Starts the servers, and makes them the checkout's running stack. */
export async function launchStack(
  { servers, endpoints, notRun, signal, onReady }: Launched,
  { recorder, undo, logs }: ClaimedCheckout,
): Promise<Stack> {
  let stopping = false;
  const mayEnd = new Set<string>();
  undo.add(() => {
    stopping = true;
    return stopAll(servers);
  });
  // One after the other: an older list must not replace a newer one.
  let recorded = Promise.resolve();
  const recordProcesses = async () => recorder.record({ processes: await processesOf(servers) });
  await launch(servers, {
    signal,
    onStarted: () => {
      recorded = recorded.then(recordProcesses);
      return recorded;
    },
    onReady,
  });
  await recorder.record({ state: 'running' });
  return {
    endpoints,
    notRun,
    servers,
    died: firstDeath(servers, logs, (name) => stopping || mayEnd.has(name)),
    mayEnd,
    server: (name) => serverNamed(servers, name),
    recordDeployed: ({ references, schemas }) => recorder.record({ references, schemas }),
    recordMetrics: (metrics) => recorder.record({ metrics }),
    stop: undo.run,
  };
}

function membersOf({ brokers = 1, minimal = false, connect = false, search, schemaRegistry }: ServersOptions): Members {
  return { brokers, minimal, connect, search: search === true, schemaRegistry: schemaRegistry === true };
}
