import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { signer } from '../signer.ts';

/** How requests are signed: for a domain (`es`), for a serverless collection (`aoss`), or not. */
export const searchAuth = z.enum(['es', 'aoss', 'none']);
export type SearchAuth = z.infer<typeof searchAuth>;

export interface SearchOptions {
  /** the URL of the domain or collection, `https://…` */
  readonly node: string;
  readonly auth: SearchAuth;
  readonly region: string;
}

export interface SearchRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** an object; a list is sent as lines of JSON, as `_bulk` takes it */
  readonly body?: object | readonly object[];
  /** the time limit, in ms; default {@link REQUEST_MS} */
  readonly timeoutMs?: number;
}

export interface SearchClient {
  /**
   * Sends a request once: only `retry` tries again.
   * @returns the answer's JSON
   * @throws SearchError if OpenSearch answers with a status of 400 or more; another Error if it doesn't answer in time
   */
  send(request: SearchRequest): Promise<unknown>;
  /** Closes the connections. */
  close(): void;
}

/** OpenSearch refused a request. */
export class SearchError extends Error {
  override readonly name = 'SearchError';
  readonly statusCode: number;

  constructor(statusCode: number, type: string | undefined) {
    super(`OpenSearch answered ${statusCode}${type === undefined ? '' : ` (${type})`}`);
    this.statusCode = statusCode;
  }
}

/** The time limit of a request, in ms. A bulk request of 4 MiB takes seconds on a small node. */
export const REQUEST_MS = 20_000;

/**
 * The client of an execution environment: it keeps its connections between invocations. OpenSearch's own client has
 * methods for its whole API: 300 KB, of which this service needs five requests.
 */
export function searchClient({ node, auth, region }: SearchOptions): SearchClient {
  const { protocol, hostname, port } = new URL(node);
  const secure = protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const signing = auth === 'none' ? undefined : signer(auth, region);

  async function signed({ method, path, query = {}, body }: SearchRequest) {
    const unsigned = {
      method,
      protocol,
      hostname,
      path,
      query: { ...query },
      headers: { host: port === '' ? hostname : `${hostname}:${port}`, ...contentType(body) },
      body: bodyText(body),
    };
    return signing === undefined ? unsigned : signing.sign(unsigned);
  }

  async function send(request: SearchRequest): Promise<unknown> {
    const signal = AbortSignal.timeout(Math.ceil(request.timeoutMs ?? REQUEST_MS));
    const { method, path, headers, body } = await signed(request);
    const options = { method, hostname, port, path: path + queryText(request.query), headers, agent, signal };
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; answer: string }>();
    const outgoing = (secure ? httpsRequest : httpRequest)(options, (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, answer }), reject);
    });
    outgoing.on('error', reject).end(body);
    const { status, answer } = await promise;
    if (status >= 400) throw new SearchError(status, typeOf(answer));
    return JSON.parse(answer);
  }

  return { send, close: () => agent.destroy() };
}

/** Encoded as for the signature: a space is `%20`, not `+`. */
function queryText(query: SearchRequest['query'] = {}): string {
  const parts = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function bodyText(body: SearchRequest['body']): string | undefined {
  if (body === undefined) return undefined;
  return Array.isArray(body) ? body.map((line) => `${JSON.stringify(line)}\n`).join('') : JSON.stringify(body);
}

function contentType(body: SearchRequest['body']): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-type': Array.isArray(body) ? 'application/x-ndjson' : 'application/json' };
}

/** The error's type. Its reason may quote what was sent. A proxy's error is no JSON. */
function typeOf(answer: string): string | undefined {
  try {
    return (JSON.parse(answer) as { error?: { type?: string } }).error?.type;
  } catch {
    return undefined;
  }
}
