import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What a local run tried to ask of AWS itself. */
export interface RefusedCall {
  method: string;
  path: string;
  /** `x-amz-target` where the protocol has it: service and operation */
  target: string;
}

export interface Refuser {
  endpoint: string;
  close(): void;
}

/** @param body the request's, from JSON; undefined where it is none */
export type Answer = (body: unknown) => { status: number; body: object };

/**
 * The calls that are answered all the same: by `GET /path`, decoded, and where the protocol has `x-amz-target` by that
 * too, as in `POST / AWSGlue.GetSchemaVersion`.
 */
export type Answers = Readonly<Record<string, Answer>>;

/**
 * The endpoint of every AWS service that has no local server: it refuses each call and names it. With it as
 * `AWS_ENDPOINT_URL`, a function that runs locally can't reach a real account, whatever credentials lie around.
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

/** The path as it is meant: the SDK percent-encodes an ARN in it. */
function decoded(url = ''): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
