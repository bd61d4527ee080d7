import { KAFKA_PORT, type PortName, SERVED, type ServedName } from './catalogue.ts';
import type { Members } from './description.ts';
import type { Java } from './java/java.ts';
import { kafkaServer } from './kafka/kafka.ts';
import type { Security } from './kafka/security.ts';
import { brokerNames, rowsOf } from './members.ts';
import { choosePorts, type PortRequest } from './ports/ports.ts';
import type { Server, ServerContext } from './server.ts';

/** The ports that the user asked for. */
export type AskedPorts = Readonly<Partial<Record<PortName, number>>>;

export interface PlanOptions extends Members {
  readonly ports: AskedPorts;
  /** Of brokers that ask for a password. */
  readonly security?: Security | undefined;
  /** The checkout; Connect writes to its `output/`. */
  readonly root: string;
  /** For each broker, the port of a proxy before it: see {@link Broker.proxied}. */
  readonly proxyPorts?: readonly number[] | undefined;
  /** See {@link choosePorts}. */
  readonly reserve?: (port: number) => Promise<boolean>;
}

/** A server before its start: everything except the folders is decided. */
export interface Planned {
  readonly name: string;
  readonly port: number;
  /** The default port; differs from `port` where that one is taken. */
  readonly usual: number;
  /** True where `make` needs the newer Java, MODERN. */
  readonly modernJava: boolean;
  readonly make: (context: ServerContext, java: Java, endpointOf: (name: string) => string) => Server;
}

/** The first broker's default port for the controllers; the others have the next ones. */
const CONTROLLER_PORT = 19092;
/** The first broker's default port for clients behind a proxy; the others have the next ones. */
const PROXIED_PORT = 29092;

export interface Plan {
  readonly servers: Planned[];
  /** The addresses of what the runner serves. */
  readonly served: Readonly<Record<ServedName, string>>;
}

/**
 * Decides which servers a stack has, and the port of each.
 * @throws ServerError where a port that the user asked for is taken
 */
export async function planServers(options: PlanOptions): Promise<Plan> {
  const { ports, security, root, reserve, proxyPorts = [], ...members } = options;
  const brokers = brokerNames(members.brokers);
  const rows = rowsOf(members);
  const portOf = await portsByName(
    [
      ...brokers.map((name, index) =>
        index === 0 ? settable('kafka', KAFKA_PORT, ports) : fixed(name, KAFKA_PORT + index),
      ),
      ...rows.map(({ name, usual }) => settable(name, usual, ports)),
      settable('api', SERVED.api, ports),
      settable('aws', SERVED.aws, ports),
      ...brokers.map((name, index) => fixed(controllerOf(name), CONTROLLER_PORT + index)),
      ...proxyPorts.map((_, index) => fixed(proxiedOf(brokers[index] ?? ''), PROXIED_PORT + index)),
      ...rows.flatMap(({ name, secondPort }) => (secondPort === undefined ? [] : [fixed(secondOf(name), secondPort)])),
    ],
    reserve,
  );

  const cluster = brokers.map((name, index) => ({
    id: index + 1,
    port: portOf(name),
    controllerPort: portOf(controllerOf(name)),
    proxied: proxiedAt(proxyPorts[index], () => portOf(proxiedOf(name))),
  }));
  const addresses = cluster.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const servers = [
    ...brokers.map((name, index) => ({
      name,
      port: portOf(name),
      usual: KAFKA_PORT + index,
      modernJava: false,
      make: (context: ServerContext, java: Java) => kafkaServer(context, java, cluster, security),
    })),
    ...rows.map(({ name, usual, modernJava = false, secondPort, make }) => ({
      name,
      port: portOf(name),
      usual,
      modernJava,
      make: (context: ServerContext, java: Java, endpointOf: (other: string) => string) =>
        make({
          context,
          java,
          endpointOf,
          brokers: addresses,
          security,
          root,
          secondPort: secondPort === undefined ? 0 : portOf(secondOf(name)),
        }),
    })),
  ];
  const at = (name: ServedName) => `http://127.0.0.1:${portOf(name)}`;
  return { servers, served: { api: at('api'), aws: at('aws') } };
}

const controllerOf = (broker: string): string => `${broker}'s controller`;
const proxiedOf = (broker: string): string => `${broker}'s listener behind a proxy`;
const proxiedAt = (proxyPort: number | undefined, port: () => number) =>
  proxyPort === undefined ? undefined : { port: port(), proxyPort };
const secondOf = (server: string): string => `${server}'s second port`;

/** A port that the user can set with an option. */
function settable(name: PortName, usual: number, ports: AskedPorts): PortRequest {
  return { name, usual, asked: ports[name], option: `--${name}-port` };
}

/** A port that the user can't set. */
function fixed(name: string, usual: number): PortRequest {
  return { name, usual };
}

/** @returns the chosen port of a request, by the request's name */
async function portsByName(
  requests: readonly PortRequest[],
  reserve: PlanOptions['reserve'],
): Promise<(name: string) => number> {
  const chosen = await choosePorts(requests, reserve);
  const byName = new Map(requests.map(({ name }, index) => [name, chosen[index]]));
  return (name) => {
    const port = byName.get(name);
    if (port === undefined) throw new RangeError(`no port was requested for ${name}`);
    return port;
  };
}
