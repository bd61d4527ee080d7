import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Client } from '@opensearch-project/opensearch';
import { AwsSigv4Signer } from '@opensearch-project/opensearch/aws-v3';
import * as z from 'zod';

/** How requests are signed: for a domain (`es`), for a serverless collection (`aoss`), or not. */
export const searchAuth = z.enum(['es', 'aoss', 'none']);
export type SearchAuth = z.infer<typeof searchAuth>;

export interface SearchOptions {
  /** the URL of the domain or collection, `https://…` */
  readonly node: string;
  readonly auth: SearchAuth;
  readonly region: string;
}

/** The time limit of a request, in ms. A bulk request of 4 MiB takes seconds on a small node. */
export const REQUEST_MS = 20_000;

/** The client of an execution environment. It makes one attempt: only `retry` tries again. */
export function searchClient({ node, auth, region }: SearchOptions): Client {
  const signer = auth === 'none' ? {} : AwsSigv4Signer({ region, service: auth, getCredentials: defaultProvider() });
  return new Client({ ...signer, node, maxRetries: 0, requestTimeout: REQUEST_MS });
}
