import { createHash, createHmac } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SignatureV4 } from '@smithy/signature-v4';

/** Sends a signed GET, or a signed POST of a form. */
export type SignedFetch = (service: string, url: URL, form?: URLSearchParams) => Promise<Response>;

export interface Operator {
  region: string | undefined;
  /** a profile of the operator's AWS configuration */
  profile: string | undefined;
}

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

const TIMEOUT_MS = 15_000;

/**
 * Signs with the operator's own credentials, which the SDK finds as for any of its clients: environment, profile, SSO,
 * the instance's role. They stay in this process.
 * @throws Error where there are none, or no region is set
 */
export async function operatorFetch({ region, profile }: Operator): Promise<{ fetch: SignedFetch; region: string }> {
  const client = new DynamoDBClient({ ...(region && { region }), ...(profile && { profile }) });
  const found = await client.config.region().catch((cause: unknown) => {
    throw new Error('no AWS region is set: name it with --region', { cause });
  });
  const credentials = () => client.config.credentials();
  // A missing or expired login fails now, and not with the first question of a page.
  await credentials();
  return { fetch: signedFetch(found, credentials), region: found };
}

export function signedFetch(region: string, credentials: () => Promise<Credentials>): SignedFetch {
  return async (service, url, form) => {
    const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
    const body = form?.toString();
    const { method, headers } = await signer.sign({
      method: form === undefined ? 'GET' : 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(
        [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name)]),
      ),
      headers: { host: url.host, ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }) },
      ...(body !== undefined && { body }),
    });
    const request = { method, headers, ...(body !== undefined && { body }), signal: AbortSignal.timeout(TIMEOUT_MS) };
    return fetch(url, request).catch((cause: unknown) => {
      throw new Error(`${url.host} doesn't answer`, { cause });
    });
  };
}

/** What the signer wants of a hash. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
