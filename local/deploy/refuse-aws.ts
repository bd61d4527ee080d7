import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { isLoopback } from '../loopback.ts';

/** A call to AWS that a local run has made. */
export interface RefusedCall {
  method: string;
  path: string;
  /** `x-amz-target`, service and operation; `unnamed` where the protocol has no such header */
  target: string;
}

export interface Refuser {
  endpoint: string;
  close(): void;
}

/** What an answer may read of a request. */
export interface Asked {
  /** the request's JSON; undefined where the body isn't JSON */
  body: unknown;
  /** decoded, without a slash at its end */
  path: string;
  query: URLSearchParams;
}

/** An error has its name in the body's `__type`. */
export type Answer = (asked: Asked) => { status: number; body: object };

/**
 * The calls that are answered, not refused. The key is method and decoded path (`GET /path`), and `x-amz-target` where
 * the protocol has it (`POST / AWSGlue.GetSchemaVersion`). A key that ends with `/*` is for all names in that place.
 */
export type Answers = Readonly<Record<string, Answer>>;

/**
 * Starts the endpoint of all AWS services without a local server. It refuses and reports each call. With this endpoint
 * as `AWS_ENDPOINT_URL`, a function that runs locally can't reach a real account, whatever credentials the machine has.
 * @param port 0 for any free port
 * @throws Error where the port is taken
 */
export async function refuseAws(
  onCall: (call: RefusedCall) => void,
  answers: Answers = {},
  port = 0,
): Promise<Refuser> {
  const known = new Map(Object.entries(answers));
  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isLoopback(request.headers)) {
      response.writeHead(403).end();
      return;
    }
    const asked = request.headers['x-amz-target'];
    const { path, query } = partsOf(request.url);
    const keyOf = (place: string) => [request.method, place, asked].filter(Boolean).join(' ');
    const answer = known.get(keyOf(path)) ?? known.get(keyOf(path.replace(/[^/]+$/, '*')));
    if (answer !== undefined) {
      const { status, body } = answer({ body: await json(request).catch(() => undefined), path, query });
      const error = '__type' in body ? { 'x-amzn-errortype': String(body.__type) } : {};
      response.writeHead(status, { 'content-type': 'application/json', ...error }).end(JSON.stringify(body));
      return;
    }
    const target = String(asked ?? 'unnamed');
    const call = { method: request.method ?? '', path: request.url ?? '', target };
    onCall(call);
    const message = `not run locally: ${call.method} ${call.path} (${target})`;
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': 'NotRunLocally' });
    response.end(JSON.stringify({ __type: 'NotRunLocally', message }));
  }

  const server = createServer((request, response) => void answerTo(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  server.unref();
  const { port: own } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${own}`, close: () => void server.close() };
}

/** The path without percent-encoding, because the SDK encodes an ARN in it; and the query. */
function partsOf(url = ''): { path: string; query: URLSearchParams } {
  const [path = '', query = ''] = url.split('?');
  return { path: decoded(path).replace(/(.)\/$/, '$1'), query: new URLSearchParams(query) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
