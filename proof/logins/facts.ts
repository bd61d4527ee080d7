import type { Manifest } from '../manifest.ts';

/** The ways in which logins are written. */
export const ENCODINGS = ['json', 'confluent', 'glue', 'glueZlib'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The ids that the schema registries give to the schemas of the records. */
export interface SchemaIds {
  /** of user-login-value in Glue: a version's UUID */
  glue: string;
  /** of user-login-processed-value in Glue; no login is written with it */
  glueProcessed: string;
  /** of user-login-value in the Confluent-compatible registry; undefined where there is no such registry */
  confluent: number | undefined;
}

/** How the stack reads, writes and keeps logins. */
export interface LoginFacts {
  schemas: SchemaIds;
  /** STORE_FULL_IP */
  storeFullIp: boolean;
  /** OUTPUT_FORMAT, OUTPUT_SCHEMA_ID */
  output: { format: string; schemaId: string };
  /** LOGIN_DAYS */
  retentionDays: number;
}

/** `encodings`: the generator writes good logins in each of them. */
export interface LoginsManifest extends Manifest {
  encodings: readonly Encoding[];
}
