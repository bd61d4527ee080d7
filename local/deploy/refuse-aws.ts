import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

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

/** @param body the request's JSON; undefined where the body isn't JSON */
export type Answer = (body: unknown) => { status: number; body: object };

/**
 * The calls that are answered, not refused. The key is method and decoded path (`GET /path`), and `x-amz-target` where
 * the protocol has it (`POST / AWSGlue.GetSchemaVersion`).
 */
export type Answers = Readonly<Record<string, Answer>>;

/**
 * Starts the endpoint of all AWS services without a local server. It refuses and reports each call. With this endpoint
 * as `AWS_ENDPOINT_URL`, a function that runs locally can't reach a real account, whatever credentials the machine has.
 */
export async function refuseAws(onCall: (call: RefusedCall) => void, answers: Answers = {}): Promise<Refuser> {
  const known = new Map(Object.entries(answers));
  async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = request.headers['x-amz-target'];
    const answer = known.get([request.method, decoded(request.url), asked].filter(Boolean).join(' '));
    if (answer !== undefined) {
      const { status, body } = answer(await json(request).catch(() => undefined));
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
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
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

/** The path without percent-encoding: the SDK encodes an ARN in it. */
function decoded(url = ''): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
