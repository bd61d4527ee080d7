import type { Endpoints } from '#local/servers/catalogue.ts';
import type { MappingStatus, References } from '#msk';
import type { Graph } from '../contract.ts';

/** A server of the run, to ask whether it is up. */
export interface KnownServer {
  name: string;
  endpoint: string;
}

/** What the run knows when its template is deployed. */
export interface RunFacts {
  stage: string;
  /** `127.0.0.1:9092,…` */
  kafka: string;
  servers: readonly KnownServer[];
  endpoints: Endpoints;
  references: References;
  graph: Graph;
}

/** Messages from the run to the dashboard's process. */
export type ToDashboard =
  | { type: 'run'; facts: RunFacts; port: number }
  | { type: 'status'; mappings: MappingStatus[] };

/** Messages from the dashboard's process to the run. */
export type FromDashboard = { type: 'listening'; url: string } | { type: 'failed'; message: string };
