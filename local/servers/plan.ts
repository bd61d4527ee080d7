import type { ArtifactName } from './artifacts.ts';
import { dataApiServer } from './data-api/server.ts';
import { dynamodbServer } from './dynamodb.ts';
import type { Java } from './java.ts';
import { kafkaServer } from './kafka.ts';
import type { Broker } from './kafka-properties.ts';
import { choosePorts, type PortRequest } from './ports.ts';
import { postgresServer } from './postgres.ts';
import { s3Server } from './s3.ts';
import type { Server, ServerContext } from './server.ts';

/** The servers whose port can be asked for; of several brokers the first. */
export type PortName = 'kafka' | 'dynamodb' | 's3' | 'postgres' | 'rds-data';
export type AskedPorts = Readonly<Partial<Record<PortName, number>>>;

interface Surroundings {
  readonly context: ServerContext;
  readonly java: Java;
  /** Another server's endpoint; valid once that one has started. */
  readonly endpointOf: (name: PortName) => string;
}

/** A server of the stack: adding one is adding a row. */
interface Row {
  readonly name: PortName;
  readonly usual: number;
  /** Whether `--minimal` has it. */
  readonly minimal: boolean;
  readonly make: (surroundings: Surroundings) => Server;
}

const STORES: readonly Row[] = [
  { name: 'dynamodb', usual: 8000, minimal: true, make: ({ context, java }) => dynamodbServer(context, java) },
  { name: 's3', usual: 9000, minimal: false, make: ({ context, java }) => s3Server(context, java) },
  { name: 'postgres', usual: 5432, minimal: false, make: ({ context }) => postgresServer(context) },
  {
    name: 'rds-data',
    usual: 8081,
    minimal: false,
    make: ({ context, endpointOf }) => dataApiServer(context, () => endpointOf('postgres')),
  },
];

const KAFKA_PORT = 9092;
const CONTROLLER_PORT = 19092;

export interface PlanOptions {
  readonly brokers: 1 | 3;
  readonly minimal: boolean;
  readonly ports: AskedPorts;
}

/** A server that is going to be: everything but the folders is decided. */
export interface Planned {
  readonly name: string;
  readonly port: number;
  /** The port it is known by; another one is worth a word. */
  readonly usual: number;
  readonly make: (context: ServerContext, java: Java, endpointOf: (name: string) => string) => Server;
}

/** The names of a stack's servers, in the order in which they are shown. */
export function serverNames({ brokers, minimal }: Omit<PlanOptions, 'ports'>): string[] {
  return [...brokerNames(brokers), ...stores(minimal).map(({ name }) => name)];
}

/** The ports that the servers are known by. */
export function usualPorts(): { name: string; port: number }[] {
  return [{ name: 'kafka', port: KAFKA_PORT }, ...STORES.map(({ name, usual }) => ({ name, port: usual }))];
}

/** What has to be in the cache for it. */
export function artifactsOf(minimal: boolean): ArtifactName[] {
  return minimal ? ['kafka', 'dynamodb'] : ['kafka', 'dynamodb', 's3'];
}

/**
 * Decides which servers a stack has and the port of each.
 * @throws ServerError where a port that was asked for is taken.
 */
export async function planServers({ brokers, minimal, ports }: PlanOptions): Promise<Planned[]> {
  const names = brokerNames(brokers);
  const rows = stores(minimal);
  const requests: PortRequest[] = [
    ...names.map((name, index) => request(name, KAFKA_PORT + index, index === 0 ? ports.kafka : undefined)),
    ...rows.map(({ name, usual }) => request(name, usual, ports[name])),
    ...names.map((name, index) => request(`${name}'s controller`, CONTROLLER_PORT + index, undefined)),
  ];
  const chosen = await choosePorts(requests);
  const port = (index: number): number => chosen[index] as number;

  const cluster = names.map(
    (_, index): Broker => ({
      id: index + 1,
      port: port(index),
      controllerPort: port(names.length + rows.length + index),
    }),
  );
  return [
    ...names.map((name, index) => ({
      name,
      port: port(index),
      usual: KAFKA_PORT + index,
      make: (context: ServerContext, java: Java) => kafkaServer(context, java, cluster),
    })),
    ...rows.map(({ name, usual, make }, index) => ({
      name,
      port: port(names.length + index),
      usual,
      make: (context: ServerContext, java: Java, endpointOf: (other: string) => string) =>
        make({ context, java, endpointOf }),
    })),
  ];
}

function brokerNames(brokers: number): string[] {
  return Array.from({ length: brokers }, (_, index) => (index === 0 ? 'kafka' : `kafka-${index + 1}`));
}

function stores(minimal: boolean): readonly Row[] {
  return STORES.filter((row) => row.minimal || !minimal);
}

function request(name: string, usual: number, asked: number | undefined): PortRequest {
  return { name, usual, asked, option: `--${name}-port` };
}
