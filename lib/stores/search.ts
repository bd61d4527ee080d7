import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3';
import * as z from 'zod';

/** How requests are signed: for a domain (`es`), for a serverless collection (`aoss`), or not. */
export const searchAuth = z.enum(['es', 'aoss', 'none']);
export type SearchAuth = z.infer<typeof searchAuth>;

export interface SearchOptions {
  /** `https://…`, of the domain or collection */
  readonly node: string;
  readonly auth: SearchAuth;
  readonly region: string;
}

/** What one request may take, in ms: a bulk of 4 MiB on a small node takes seconds. */
export const REQUEST_MS = 20_000;

/** The client of an execution environment. It tries once: `retry` is the one place that tries again. */
export function searchClient({ node, auth, region }: SearchOptions): Client {
  const signer = auth === 'none' ? {} : AwsSigv4Signer({ region, service: auth, getCredentials: defaultProvider() });
  return new Client({ ...signer, node, maxRetries: 0, requestTimeout: REQUEST_MS });
}
