import { rdsData } from './data-api/server.ts';
import type { ServerDescription } from './description.ts';
import { dynamodb } from './dynamodb.ts';
import { connect } from './kafka/connect.ts';
import { opensearch } from './opensearch.ts';
import { postgres } from './postgres/postgres.ts';
import { s3 } from './s3.ts';
import { schemaRegistry } from './schema-registry.ts';

/** To add a server, add its description here. The order is that of the screen. */
const described = [dynamodb, s3, postgres, rdsData, connect, schemaRegistry, opensearch] as const;

type Described = (typeof described)[number];

/** What has a port that the user can set: the servers (of three brokers, `kafka` is the first), and {@link SERVED}. */
export type PortName = 'kafka' | ServedName | Described['name'];

/** The names of the addresses, without Kafka's. */
export type EndpointName = Extract<Described, { endpoint: string }>['endpoint'];

/**
 * What the runner serves, with the default ports, which are serverless-offline's: the HTTP API (local/api/), and AWS's
 * APIs as far as they are answered locally (local/deploy/refuse-aws.ts).
 */
export const SERVED = { api: 3000, aws: 3002 } as const;

export type ServedName = keyof typeof SERVED;

/** The addresses: Kafka's brokers ("127.0.0.1:9092,…"), and URLs. */
export type Endpoints = Record<'kafka' | ServedName | EndpointName, string>;

/** A server other than a Kafka broker. */
export interface Row extends ServerDescription {
  readonly name: Described['name'];
  readonly endpoint?: EndpointName;
}

export const SERVERS: readonly Row[] = described;

/** The first broker's default port; the others have the next ones. */
export const KAFKA_PORT = 9092;
