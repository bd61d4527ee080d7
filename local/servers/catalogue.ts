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

/** What has a port that the user can set: the servers (of three brokers, `kafka` is the first), and the API. */
export type PortName = 'kafka' | 'api' | Described['name'];

/** The names of the addresses, without Kafka's. */
export type EndpointName = Extract<Described, { endpoint: string }>['endpoint'];

/** The addresses: Kafka's brokers ("127.0.0.1:9092,…"), and URLs. The runner serves the API (local/api/). */
export type Endpoints = Record<'kafka' | 'api' | EndpointName, string>;

/** A server other than a Kafka broker. */
export interface Row extends ServerDescription {
  readonly name: Described['name'];
  readonly endpoint?: EndpointName;
}

export const SERVERS: readonly Row[] = described;

/** The first broker's default port; the others have the next ones. */
export const KAFKA_PORT = 9092;

/** The API's default port, which is serverless-offline's. */
export const API_PORT = 3000;
