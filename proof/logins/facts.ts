import type { SchemaIds } from './load/encoding.ts';

/** What the report has to know of the stack that logins ran through. */
export interface LoginFacts {
  /** what its registries call the schemas */
  schemas: SchemaIds;
  /** STORE_FULL_IP */
  storeFullIp: boolean;
  /** OUTPUT_FORMAT, OUTPUT_SCHEMA_ID */
  output: { format: string; schemaId: string };
  /** LOGIN_DAYS */
  retentionDays: number;
}
