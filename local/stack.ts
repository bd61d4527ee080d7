import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment } from './deploy/deploy.ts';
import { type Endpoints, NOWHERE } from './deploy/servers.ts';
import { cacheFolder } from './servers/cache.ts';
import { requireSpace } from './servers/disk.ts';
import { fetchJars } from './servers/jars/fetch-jars.ts';
import type { Java } from './servers/java/java.ts';
import { javaFor, MODERN, OLDEST } from './servers/java/private-java.ts';
import { launch, stopAll } from './servers/launch.ts';
import { type AskedPorts, artifactsOf, keptNames, type Planned, planServers, serverNames } from './servers/plan.ts';
import { keptFolder, removeTemporary, temporaryFolder } from './servers/process/keep.ts';
import { LockedError, takeLock } from './servers/process/lock.ts';
import { portReservations } from './servers/process/port-reservations.ts';
import { identify, ownIdentity } from './servers/process/process-identity.ts';
import { type Progress, silent } from './servers/progress.ts';
import { type Server, type ServerContext, ServerError } from './servers/server.ts';
import { endLeftOvers, ROOT, recordStack, type StackFile } from './stack-file.ts';

export { readStack, type StackFile } from './stack-file.ts';

export interface StackOptions {
  /** Shown by other commands; the servers are the same for each. */
  readonly stage: string;
  /** Kafka brokers; default 1. */
  readonly brokers?: 1 | 3 | undefined;
  /** Kafka and DynamoDB alone. */
  readonly minimal?: boolean | undefined;
  /** Kafka Connect too, with the file sink of product-metrics to `output/metrics.json`; a minimal stack never has it. */
  readonly connect?: boolean | undefined;
  /** OpenSearch too, for the alerts, where there is a Java that runs it; a minimal stack never has it. */
  readonly search?: boolean | undefined;
  /** The logins' schema registry too, where there is a Java that runs it; a minimal stack never has it. */
  readonly schemaRegistry?: boolean | undefined;
  /** Keeps all servers' data in this folder, and goes on from it; by default a run starts empty. */
  readonly keep?: string | undefined;
  /** Ports that the user asked for; a taken one is an error, named as `--<server>-port`. */
  readonly ports?: AskedPorts | undefined;
  readonly progress?: Progress | undefined;
  /** Ends the start: what has started is stopped, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called once, before anything is downloaded or started: what goes on beside that has its places by then. */
  readonly beside?: ((place: Pick<Stack, 'logs' | 'temporary'>) => void) | undefined;
  /** The folder whose `.local/` gets the stack's file, lock and logs, and `output/`; default this checkout. One stack each. */
  readonly root?: string | undefined;
}

export interface Stack {
  /** Those of servers that it hasn't are {@link NOWHERE}. */
  readonly endpoints: Endpoints;
  /** Servers that were asked for and can't run on this machine, and why: the others go on. */
  readonly notRun: Readonly<Record<string, string>>;
  readonly servers: readonly Server[];
  /** The folder of the logs; others may add theirs. */
  readonly logs: string;
  /** A folder outside of the checkout for whatever else the run needs: gone with the stack, or at the next start. */
  readonly temporary: string;
  /** Resolves when a server ends that nobody stopped. Never rejects. */
  readonly died: Promise<ServerError>;
  /** @throws Error where the stack has none of that name. */
  readonly server: (name: string) => Server;
  /** Adds to `.local/stack.json` what the template's resources are called, and its schemas. */
  readonly recordDeployed: (deployed: Pick<Deployment, 'references' | 'schemas'>) => Promise<void>;
  /** Stops every server, removes what isn't kept. Idempotent. */
  readonly stop: () => Promise<void>;
}

/** Empty servers take some 30 MB; a full disk in the middle of a run shows up as anything but that. */
const SPACE = 500e6;

/**
 * Starts the local servers side by side, downloading what isn't cached. What a killed run has left is ended first.
 * @throws ServerError the first thing that went wrong; by then everything is stopped and removed again.
 * @example
 * const stack = await startStack({ stage: 'local', progress: streamProgress(process.stderr) });
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const undo: (() => Promise<void>)[] = [];
  try {
    return await start(options, undo);
  } catch (error) {
    await unwind(undo);
    throw error;
  }
}

/** @param undo gets what takes back each step; the last one has to be taken back first. */
async function start(options: StackOptions, undo: (() => Promise<void>)[]): Promise<Stack> {
  const { root = ROOT, brokers = 1, minimal = false, connect = false, progress = silent, signal } = options;
  signal?.throwIfAborted();
  const logs = join(root, '.local', 'logs');
  await mkdir(logs, { recursive: true });
  undo.push(await lockProject(root));
  const leftOver = await endLeftOvers(root);
  if (leftOver !== undefined) {
    if (!leftOver.kept) await removeTemporary(leftOver.data);
    await removeTemporary(leftOver.temporary);
  }

  const temporary = await temporaryFolder();
  undo.push(temporary.release);
  // A killed run's folder is found by the next start from now on.
  const recorder = await recordStack(root, {
    ...(await ownIdentity()),
    stage: options.stage,
    state: 'starting',
    endpoints: endpointsOf([]),
    servers: [],
    processes: [],
    data: temporary.path,
    kept: false,
    temporary: temporary.path,
  });
  undo.push(recorder.remove);
  options.beside?.({ logs, temporary: temporary.path });

  const cache = cacheFolder();
  const java = await javaFor(OLDEST, { cache, progress, signal });
  const notRun: Record<string, string> = {};
  let modern: Java | undefined;
  const needModern = minimal ? [] : modernNames(options);
  if (needModern.length > 0) {
    modern = await javaFor(MODERN, { cache, progress, signal }).catch((error: unknown) => {
      signal?.throwIfAborted();
      for (const name of needModern) notRun[name] = (error as Error).message;
      progress.line(
        `${needModern.join(' and ')} ${needModern.length === 1 ? 'is' : 'are'} not run: ${(error as Error).message}`,
      );
      return undefined;
    });
  }
  const { search = false, schemaRegistry = false } = modern === undefined ? {} : options;
  const members = { brokers, minimal, connect, search, schemaRegistry };
  await fetchJars(artifactsOf(members), { cache, java, progress, signal });
  const names = serverNames(members);
  const data =
    options.keep === undefined ? await temporaryFolder() : await keptFolder(options.keep, keptNames(members));
  undo.push(data.release);
  await recorder.record({ data: data.path, kept: data.kept });
  await requireSpace(data.path, SPACE);

  const reservations = portReservations(cache);
  undo.push(reservations.release);
  const planned = await planServers({ ...members, ports: options.ports ?? {}, root, reserve: reservations.take });
  const servers: Server[] = [];
  const server = (name: string): Server => {
    const found = servers.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`the stack has no server ${name}; it has ${names.join(', ')}`);
    return found;
  };
  for (const { name, port, modern: needsModern, make } of planned) {
    const context: ServerContext = {
      data: join(data.path, name),
      kept: data.kept,
      log: join(logs, `${name}.log`),
      port,
      cache,
    };
    await mkdir(context.data, { recursive: true, mode: 0o700 });
    await rm(context.log, { force: true });
    servers.push(make(context, (needsModern && modern) || java, (other) => server(other).endpoint));
  }

  const endpoints = endpointsOf(servers);
  await recorder.record({ endpoints, servers: names });

  let stopping = false;
  undo.push(() => {
    stopping = true;
    return stopAll(servers);
  });
  await launch(servers, {
    signal,
    onStarted: async () => recorder.record({ processes: await identities(servers) }),
    onReady: (ready, seconds) => {
      const { port, usual } = planned.find(({ name }) => name === ready.name) as Planned;
      const moved = port === usual ? '' : ` (port ${usual} is taken)`;
      progress.line(`${ready.name} ready in ${seconds.toFixed(1)} s on 127.0.0.1:${port}${moved}`);
    },
  });
  await data.complete();
  await recorder.record({ state: 'running' });

  const { promise: died, resolve } = Promise.withResolvers<ServerError>();
  for (const { name, process: spawned } of servers) {
    void spawned?.exited.then(({ code, signal: by }) => {
      const how = by ?? `exit code ${code}`;
      if (!stopping)
        resolve(
          new ServerError(`${name} ended while the stack was running (${how}); log: ${join(logs, `${name}.log`)}`),
        );
    });
  }
  let stopped: Promise<void> | undefined;
  return {
    endpoints,
    notRun,
    servers,
    logs,
    temporary: temporary.path,
    died,
    server,
    recordDeployed: ({ references, schemas }) => recorder.record({ references, schemas }),
    stop: () => {
      stopped ??= unwind(undo);
      return stopped;
    },
  };
}

/** The servers that were asked for and need a newer Java than the others. */
function modernNames({ search, schemaRegistry }: StackOptions): string[] {
  return [...(search ? ['opensearch'] : []), ...(schemaRegistry ? ['schema-registry'] : [])];
}

/** Takes back the last step first; one that fails doesn't keep the others from it. */
async function unwind(undo: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const step of undo.toReversed()) await step().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}

async function lockProject(root: string): Promise<() => Promise<void>> {
  try {
    return await takeLock(join(root, '.local', 'lock'));
  } catch (error) {
    if (!(error instanceof LockedError)) throw error;
    throw new ServerError(
      `A stack is running here already (process ${error.holder.pid}): stop it with Ctrl-C where it runs, or use another checkout.`,
      { cause: error },
    );
  }
}

function endpointsOf(servers: readonly Server[]): Endpoints {
  const endpoint = (name: string): string => servers.find((server) => server.name === name)?.endpoint ?? NOWHERE;
  const brokers = servers.filter(({ name }) => name.startsWith('kafka'));
  return {
    kafka: brokers.map((broker) => broker.endpoint).join(','),
    dynamodb: endpoint('dynamodb'),
    s3: endpoint('s3'),
    rdsData: endpoint('rds-data'),
    postgres: endpoint('postgres'),
    opensearch: endpoint('opensearch'),
    schemaRegistry: endpoint('schema-registry'),
  };
}

async function identities(servers: readonly Server[]): Promise<StackFile['processes']> {
  const found = await Promise.all(
    servers.map(async ({ name, process: spawned }) => {
      const identity = spawned === undefined ? undefined : await identify(spawned.pid);
      return identity === undefined ? [] : [{ name, ...identity }];
    }),
  );
  return found.flat();
}
