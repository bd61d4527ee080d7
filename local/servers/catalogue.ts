import { dataApiServer } from './data-api/server.ts';
import { dynamodbServer } from './dynamodb.ts';
import type { ArtifactName } from './jars/artifacts.ts';
import type { Java } from './java/java.ts';
import { connectServer } from './kafka/connect.ts';
import { openSearchServer } from './opensearch.ts';
import { postgresServer } from './postgres/postgres.ts';
import { s3Server } from './s3.ts';
import { schemaRegistryServer } from './schema-registry.ts';
import type { Server, ServerContext } from './server.ts';

/** The servers of a stack. */
export interface Members {
  /** Kafka brokers. */
  readonly brokers: 1 | 3;
  /** Kafka and DynamoDB only, whatever the other members say. */
  readonly minimal: boolean;
  /** With Kafka Connect, which runs the file sink of product-metrics. */
  readonly connect: boolean;
  /** With the schema registry of the logins. */
  readonly schemaRegistry?: boolean;
  /** With OpenSearch, for the alerts. */
  readonly search?: boolean;
}

/** The servers whose port the user can set; of three brokers, `kafka` is the first. */
export type PortName =
  | 'kafka'
  | 'dynamodb'
  | 's3'
  | 'postgres'
  | 'rds-data'
  | 'connect'
  | 'schema-registry'
  | 'opensearch';

/** What a server is made from. */
interface Surroundings {
  readonly context: ServerContext;
  readonly java: Java;
  /** Another server's endpoint; valid once that server has started. */
  readonly endpointOf: (name: PortName) => string;
  /** The brokers, "127.0.0.1:9092,…". */
  readonly brokers: string;
  /** A free port near `secondPort`; 0 where the row has none. */
  readonly secondPort: number;
  /** The checkout. */
  readonly root: string;
}

/** A server other than a Kafka broker. To add a server, add a row. */
export interface Row {
  readonly name: PortName;
  /** The default port. */
  readonly usual: number;
  /** The default of a second port, which the server listens on and the user can't set. */
  readonly secondPort?: number;
  /** True where the server needs the newer Java, MODERN. */
  readonly modernJava?: true;
  /** Whether a stack has the server; absent: every stack has it. */
  readonly isIn?: (members: Omit<Members, 'brokers'>) => boolean;
  /** The jars of the server, where it is a Java program. */
  readonly artifact?: ArtifactName;
  /** True where a run without the server can continue with the kept data, and a later run with it too. */
  readonly optional?: true;
  readonly make: (surroundings: Surroundings) => Server;
}

/** The first broker's default port; the others have the next ones. */
export const KAFKA_PORT = 9092;

export const ROWS: readonly Row[] = [
  { name: 'dynamodb', usual: 8000, artifact: 'dynamodb', make: ({ context, java }) => dynamodbServer(context, java) },
  {
    name: 's3',
    usual: 9000,
    isIn: ({ minimal }) => !minimal,
    artifact: 's3',
    make: ({ context, java }) => s3Server(context, java),
  },
  { name: 'postgres', usual: 5432, isIn: ({ minimal }) => !minimal, make: ({ context }) => postgresServer(context) },
  {
    name: 'rds-data',
    usual: 8081,
    isIn: ({ minimal }) => !minimal,
    make: ({ context, endpointOf }) => dataApiServer(context, () => endpointOf('postgres')),
  },
  {
    name: 'connect',
    usual: 8083,
    isIn: ({ minimal, connect }) => !minimal && connect,
    artifact: 'connect',
    optional: true,
    make: ({ context, java, brokers, root }) => connectServer(context, java, { brokers, folder: root }),
  },
  {
    name: 'schema-registry',
    usual: 8085,
    modernJava: true,
    isIn: ({ minimal, schemaRegistry = false }) => !minimal && schemaRegistry,
    artifact: 'schema-registry',
    optional: true,
    make: ({ context, java }) => schemaRegistryServer(context, java),
  },
  {
    name: 'opensearch',
    usual: 9200,
    secondPort: 9300,
    modernJava: true,
    isIn: ({ minimal, search = false }) => !minimal && search,
    artifact: 'opensearch',
    optional: true,
    make: ({ context, java, secondPort }) => openSearchServer(context, java, secondPort),
  },
];
