import { Agent, createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../../load/random.ts';

/** An answer that the server itself could give. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** What a proxy of HTTP does to a share of the requests: `share` is 0 to 1. */
export type HttpFault = { share: number } & (
  | { kind: 'slow'; ms: number }
  /** The connection breaks before the request reaches the server. */
  | { kind: 'refuse' }
  /** The connection stays open without an answer, and breaks at the end. */
  | { kind: 'silent' }
  /** The server never sees the request. */
  | { kind: 'answer'; answer: Answer }
  /** The server does what it was asked to do, and the connection breaks instead of the answer. */
  | { kind: 'drop-answer' }
);

export interface HttpProxy {
  readonly endpoint: string;
  /** Undefined: everything passes. */
  set(fault: HttpFault | undefined): void;
  /** how many requests a fault has hit */
  hits(): number;
  close(): Promise<void>;
}

/**
 * A proxy before an HTTP server, on a free port of 127.0.0.1. (Signatures aren't checked by local servers.)
 * @param to the server's URL
 * @param seed decides which requests are hit
 */
export async function httpProxy(to: string, seed: number): Promise<HttpProxy> {
  const { hostname, port, pathname } = new URL(to);
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const random = createRandom(seed);
  const silent = new Set<ServerResponse>();
  let fault: HttpFault | undefined;
  let hits = 0;
  const listener = createServer((request, response) => void handle(request, response));
  listener.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port: own } = listener.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${own}${pathname === '/' ? '' : pathname}`,
    set(next) {
      fault = next;
      for (const response of silent) response.destroy();
      silent.clear();
    },
    hits: () => hits,
    close() {
      agent.destroy();
      listener.closeAllConnections();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hit = fault !== undefined && random.chance(fault.share) ? fault : undefined;
    if (hit === undefined) return forward(request, response, false);
    hits += 1;
    if (hit.kind === 'refuse') response.destroy();
    else if (hit.kind === 'silent') silent.add(response);
    else if (hit.kind === 'answer') answer(request, response, hit.answer);
    else {
      if (hit.kind === 'slow') await sleep(hit.ms);
      forward(request, response, hit.kind === 'drop-answer');
    }
  }

  function forward(request: IncomingMessage, response: ServerResponse, dropAnswer: boolean): void {
    const { method, url, headers } = request;
    const onward = send({ agent, hostname, port, method, path: url, headers }, (found) => {
      if (dropAnswer) {
        // Not before the whole answer is here: then the server has done all of its work.
        found.resume().once('close', () => response.destroy());
        return;
      }
      response.writeHead(found.statusCode ?? 502, found.headers);
      found.pipe(response);
      found.once('error', () => response.destroy());
    });
    // For the client, a server that is down and a proxy that can't reach it are the same.
    onward.once('error', () => response.destroy());
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  }
}

/** Reads the request to its end first: a client that is still sending would see a broken connection. */
function answer(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer): void {
  request.resume().once('end', () => response.writeHead(status, headers).end(body));
}
