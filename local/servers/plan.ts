import { dataApiServer } from './data-api/server.ts';
import { dynamodbServer } from './dynamodb.ts';
import type { ArtifactName } from './jars/artifacts.ts';
import type { Java } from './java/java.ts';
import { connectServer } from './kafka/connect.ts';
import { kafkaServer } from './kafka/kafka.ts';
import type { Broker } from './kafka/kafka-properties.ts';
import { openSearchServer } from './opensearch.ts';
import { postgresServer } from './postgres.ts';
import { choosePorts, type PortRequest } from './process/ports.ts';
import { s3Server } from './s3.ts';
import { schemaRegistryServer } from './schema-registry.ts';
import type { Server, ServerContext } from './server.ts';

/** The servers whose port can be asked for; of several brokers the first. */
export type PortName =
  | 'kafka'
  | 'dynamodb'
  | 's3'
  | 'postgres'
  | 'rds-data'
  | 'connect'
  | 'schema-registry'
  | 'opensearch';
export type AskedPorts = Readonly<Partial<Record<PortName, number>>>;

interface Surroundings {
  readonly context: ServerContext;
  readonly java: Java;
  /** Another server's endpoint; valid once that one has started. */
  readonly endpointOf: (name: PortName) => string;
  /** The brokers, "127.0.0.1:9092,…". */
  readonly brokers: string;
  /** One more port that is free, where the row has an `otherUsual`. */
  readonly otherPort: number;
  /** The checkout. */
  readonly root: string;
}

/** A server of the stack: adding one is adding a row. */
interface Row {
  readonly name: PortName;
  readonly usual: number;
  /** The usual one of another port that it listens on, and nobody asks for. */
  readonly otherUsual?: number;
  /** True where it needs a newer Java than the others do. */
  readonly modern?: true;
  /** Whether a stack has it; absent where every one does. */
  readonly isIn?: (parts: StackParts) => boolean;
  /** The jars it runs from, where it is a Java program. */
  readonly artifact?: ArtifactName;
  /** True where kept data goes on without it, and with it again. */
  readonly optional?: true;
  readonly make: (surroundings: Surroundings) => Server;
}

/** What a stack may have beside Kafka and DynamoDB. */
export interface StackParts {
  /** Kafka and DynamoDB alone. */
  readonly minimal: boolean;
  /** Kafka Connect with the file sink of product-metrics; a minimal stack hasn't it either. */
  readonly connect: boolean;
  /** The schema registry of the logins; a minimal stack hasn't it either. */
  readonly schemaRegistry?: boolean;
  /** OpenSearch for the alerts; a minimal stack hasn't it either. */
  readonly search?: boolean;
}

const whole = ({ minimal }: StackParts): boolean => !minimal;

const STORES: readonly Row[] = [
  { name: 'dynamodb', usual: 8000, artifact: 'dynamodb', make: ({ context, java }) => dynamodbServer(context, java) },
  { name: 's3', usual: 9000, isIn: whole, artifact: 's3', make: ({ context, java }) => s3Server(context, java) },
  { name: 'postgres', usual: 5432, isIn: whole, make: ({ context }) => postgresServer(context) },
  {
    name: 'rds-data',
    usual: 8081,
    isIn: whole,
    make: ({ context, endpointOf }) => dataApiServer(context, () => endpointOf('postgres')),
  },
  {
    name: 'connect',
    usual: 8083,
    isIn: (parts) => whole(parts) && parts.connect,
    artifact: 'connect',
    optional: true,
    make: ({ context, java, brokers, root }) => connectServer(context, java, { brokers, folder: root }),
  },
  {
    name: 'schema-registry',
    usual: 8085,
    modern: true,
    isIn: (parts) => whole(parts) && parts.schemaRegistry === true,
    artifact: 'schema-registry',
    optional: true,
    make: ({ context, java }) => schemaRegistryServer(context, java),
  },
  {
    name: 'opensearch',
    usual: 9200,
    otherUsual: 9300,
    modern: true,
    isIn: (parts) => whole(parts) && parts.search === true,
    artifact: 'opensearch',
    optional: true,
    make: ({ context, java, otherPort }) => openSearchServer(context, java, otherPort),
  },
];

const KAFKA_PORT = 9092;
const CONTROLLER_PORT = 19092;

interface Members extends StackParts {
  readonly brokers: 1 | 3;
}

export interface PlanOptions extends Members {
  readonly ports: AskedPorts;
  /** The checkout, whose `output/` Connect writes to. */
  readonly root: string;
  /** As `choosePorts` takes it. */
  readonly reserve?: (port: number) => Promise<boolean>;
}

/** A server that is going to be: everything but the folders is decided. */
export interface Planned {
  readonly name: string;
  readonly port: number;
  /** The port it is known by; another one is worth a word. */
  readonly usual: number;
  /** Whether `make` takes a Java of MODERN or later. */
  readonly modern: boolean;
  readonly make: (context: ServerContext, java: Java, endpointOf: (name: string) => string) => Server;
}

/** The names of a stack's servers, in the order in which they are shown. */
export function serverNames(members: Members): string[] {
  return [...brokerNames(members.brokers), ...stores(members).map(({ name }) => name)];
}

/** Those of them whose data `--keep` keeps: another choice of domains may add or leave out the others. */
export function keptNames(members: Members): string[] {
  const optional = STORES.filter((row) => row.optional).map(({ name }): string => name);
  return serverNames(members).filter((name) => !optional.includes(name));
}

/** The ports that the servers are known by. */
export function usualPorts(): { name: string; port: number }[] {
  return [{ name: 'kafka', port: KAFKA_PORT }, ...STORES.map(({ name, usual }) => ({ name, port: usual }))];
}

/** What has to be in the cache for it. */
export function artifactsOf(parts: StackParts): ArtifactName[] {
  return ['kafka', ...stores(parts).flatMap(({ artifact }) => artifact ?? [])];
}

/**
 * Decides which servers a stack has and the port of each.
 * @throws ServerError where a port that was asked for is taken.
 */
export async function planServers({ ports, root, reserve, ...members }: PlanOptions): Promise<Planned[]> {
  const names = brokerNames(members.brokers);
  const rows = stores(members);
  const others = rows.filter(({ otherUsual }) => otherUsual !== undefined);
  const requests: PortRequest[] = [
    ...names.map((name, index) => request(name, KAFKA_PORT + index, index === 0 ? ports.kafka : undefined)),
    ...rows.map(({ name, usual }) => request(name, usual, ports[name])),
    ...names.map((name, index) => request(`${name}'s controller`, CONTROLLER_PORT + index, undefined)),
    ...others.map(({ name, otherUsual }) => request(`${name}'s other port`, otherUsual as number, undefined)),
  ];
  const chosen = await choosePorts(requests, reserve);
  const port = (index: number): number => chosen[index] as number;

  const cluster = names.map(
    (_, index): Broker => ({
      id: index + 1,
      port: port(index),
      controllerPort: port(names.length + rows.length + index),
    }),
  );
  const firstOther = 2 * names.length + rows.length;
  const brokers = cluster.map((broker) => `127.0.0.1:${broker.port}`).join(',');
  return [
    ...names.map((name, index) => ({
      name,
      port: port(index),
      usual: KAFKA_PORT + index,
      modern: false,
      make: (context: ServerContext, java: Java) => kafkaServer(context, java, cluster),
    })),
    ...rows.map((row, index) => ({
      name: row.name,
      port: port(names.length + index),
      usual: row.usual,
      modern: row.modern === true,
      make: (context: ServerContext, java: Java, endpointOf: (other: string) => string) =>
        row.make({ context, java, endpointOf, brokers, root, otherPort: port(firstOther + others.indexOf(row)) }),
    })),
  ];
}

function brokerNames(brokers: number): string[] {
  return Array.from({ length: brokers }, (_, index) => (index === 0 ? 'kafka' : `kafka-${index + 1}`));
}

function stores(parts: StackParts): readonly Row[] {
  return STORES.filter((row) => row.isIn?.(parts) ?? true);
}

function request(name: string, usual: number, asked: number | undefined): PortRequest {
  return { name, usual, asked, option: `--${name}-port` };
}
