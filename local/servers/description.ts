import type { ResourceType } from '../deploy/resource-type.ts';
import type { Artifact } from './jars/artifacts.ts';
import type { Java } from './java/java.ts';
import type { Security } from './kafka/security.ts';
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

/** What a server is made from. */
export interface Surroundings {
  readonly context: ServerContext;
  readonly java: Java;
  /** Another server's endpoint, by the server's name; valid once that server has started. */
  readonly endpointOf: (name: string) => string;
  /** The brokers, "127.0.0.1:9092,…". */
  readonly brokers: string;
  /** Of brokers that ask for a password. */
  readonly security?: Security | undefined;
  /** A free port near `secondPort`; 0 where the description has none. */
  readonly secondPort: number;
  /** The checkout. */
  readonly root: string;
}

/** All that this machine must know of a server other than a Kafka broker. */
export interface ServerDescription {
  /** Shown on the screen; the name of the log, of the data folder, and of the option `--<name>-port`. */
  readonly name: string;
  /** The default port. */
  readonly usual: number;
  /** The default of a second port, which the server listens on and the user can't set. */
  readonly secondPort?: number;
  /** True where the server needs the newer Java, MODERN. */
  readonly modernJava?: true;
  /** Whether a stack has the server; absent: every stack has it. */
  readonly isIn?: (members: Omit<Members, 'brokers'>) => boolean;
  /** The server's jars, where it is a Java program. */
  readonly artifact?: Artifact;
  /** True where a run without the server can continue with the kept data, and a later run with it too. */
  readonly optional?: true;
  readonly make: (surroundings: Surroundings) => Server;
  /** The name of its endpoint in `Endpoints`; absent where nothing needs the endpoint. */
  readonly endpoint?: string;
  /** The variables with which a function finds the server. @param endpoint NOWHERE where a stack hasn't the server */
  readonly variables?: (endpoint: string) => Readonly<Record<string, string>>;
  /** A variable in the template that only functions using the server have. Without the server they don't run. */
  readonly clientVariable?: string;
  /** The CloudFormation types whose resources are in the server. */
  readonly resources?: Readonly<Record<string, ResourceType>>;
}
