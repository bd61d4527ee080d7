import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

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

/**
 * The endpoint of every AWS service that has no local server: it refuses each call and names it. With it as
 * `AWS_ENDPOINT_URL`, a function that runs locally can't reach a real account, whatever credentials lie around.
 */
export async function refuseAws(onCall: (call: RefusedCall) => void): Promise<Refuser> {
  const server = createServer((request, response) => {
    const target = String(request.headers['x-amz-target'] ?? 'unnamed');
    const call = { method: request.method ?? '', path: request.url ?? '', target };
    onCall(call);
    const message = `not run locally: ${call.method} ${call.path} (${target})`;
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': 'NotRunLocally' });
    response.end(JSON.stringify({ __type: 'NotRunLocally', message }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, close: () => void server.close() };
}
