import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addressWithLogin } from '#msk';
import { NOWHERE } from './deploy/servers.ts';
import type { Endpoints } from './servers/catalogue.ts';
import { type EndpointName, SERVERS } from './servers/catalogue.ts';
import type { Java } from './servers/java/java.ts';
import type { Plan, Planned } from './servers/plan.ts';
import { exitText } from './servers/process/process.ts';
import { identify } from './servers/process/process-identity.ts';
import { type Server, ServerError } from './servers/server.ts';
import type { StackFile } from './stack-file.ts';

export interface Folders {
  /** The servers' data. */
  readonly data: string;
  /** True where the data stays after the run. */
  readonly kept: boolean;
  readonly logs: string;
  readonly cache: string;
}

/**
 * Makes the planned servers and their folders; starts none.
 * @param others servers that these use, and that aren't made here
 */
export async function makeServers(
  planned: readonly Planned[],
  { data, kept, logs, cache }: Folders,
  javaOf: (server: Planned) => Java,
  others: readonly Server[] = [],
): Promise<Server[]> {
  const servers: Server[] = [];
  for (const server of planned) {
    const { name, port, make } = server;
    const context = { data: join(data, name), kept, log: logOf(logs, name), port, cache };
    await mkdir(context.data, { recursive: true, mode: 0o700 });
    await rm(context.log, { force: true });
    servers.push(make(context, javaOf(server), (other) => serverNamed([...others, ...servers], other).endpoint));
  }
  return servers;
}

/** @throws Error where no server has the name */
export function serverNamed(servers: readonly Server[], name: string): Server {
  const found = servers.find((server) => server.name === name);
  if (found !== undefined) return found;
  throw new Error(`the stack has no server ${name}; it has ${servers.map((server) => server.name).join(', ')}`);
}

/**
 * @param served the addresses of what the runner serves
 * @param login the file of a login, for brokers that ask for a password
 */
export function endpointsOf(servers: readonly Server[], served: Plan['served'], login?: string): Endpoints {
  const named = SERVERS.flatMap(({ name, endpoint }) =>
    endpoint === undefined ? [] : [[endpoint, servers.find((server) => server.name === name)?.endpoint ?? NOWHERE]],
  );
  const brokers = servers.filter(({ name }) => name.startsWith('kafka'));
  const kafka = brokers.map((broker) => broker.endpoint).join(',');
  return {
    kafka: login === undefined ? kafka : addressWithLogin(kafka, login),
    ...served,
    ...(Object.fromEntries(named) as Record<EndpointName, string>),
  };
}

/** The processes of the servers that run. */
export async function processesOf(servers: readonly Server[]): Promise<StackFile['processes']> {
  const found = await Promise.all(
    servers.map(async ({ name, process: spawned }) => {
      const identity = spawned === undefined ? undefined : await identify(spawned.pid);
      return identity === undefined ? [] : [{ name, ...identity }];
    }),
  );
  return found.flat();
}

/** Resolves when a server's process ends that may not. */
export function firstDeath(
  servers: readonly Server[],
  logs: string,
  mayEnd: (name: string) => boolean,
): Promise<ServerError> {
  return new Promise((resolve) => {
    for (const { name, process: spawned } of servers) {
      void spawned?.exited.then((exit) => {
        if (mayEnd(name)) return;
        resolve(
          new ServerError(`${name} ended while the stack was running (${exitText(exit)}); log: ${logOf(logs, name)}`),
        );
      });
    }
  });
}

function logOf(logs: string, name: string): string {
  return join(logs, `${name}.log`);
}
