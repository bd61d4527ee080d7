import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { LiveEvents, State } from '../../../contract.ts';
import { planned, record, track, way } from './answers.ts';
import type { Frame } from './world.ts';

const TYPES: Record<string, string> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  json: 'application/json',
  map: 'application/json',
};

export interface Fake {
  url: string;
  /** what was asked and sent, without the page's own files */
  asked: string[];
  /** replaces the answers of a path: "/way" */
  answers: Map<string, (query: URLSearchParams, body: string) => { status?: number; json: unknown }>;
  emit<E extends keyof LiveEvents>(name: E, data: LiveEvents[E]): void;
  /** Stops answering, as a killed server does. */
  stop(): Promise<void>;
}

/**
 * A server of the page that tells what a test wants it to tell.
 * @param folder where buildPage has put the page
 */
export async function startFake(folder: string, state: () => State, port = 0): Promise<Fake> {
  const clients = new Map<ServerResponse, string | null>();
  const asked: string[] = [];
  const answers: Fake['answers'] = new Map(Object.entries(ANSWERS));
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake');
    response.setHeader('content-security-policy', "default-src 'self'");
    if (pathname === '/events') {
      asked.push(`GET ${request.url}`);
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      clients.set(response, searchParams.get('tail'));
      response.once('close', () => clients.delete(response));
      response.write(textOf({ name: 'state', data: state() }));
      return;
    }
    void answer(request, response, pathname, searchParams);
  });
  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    pathname: string,
    query: URLSearchParams,
  ) => {
    const own = [...answers].find(
      ([path]) => pathname === path || (path.endsWith('/') && pathname.startsWith(path)),
    )?.[1];
    if (own !== undefined) {
      let body = '';
      for await (const part of request) body += part;
      asked.push(`${request.method} ${request.url} ${body}`.trim());
      const { status = 200, json } = own(query, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
      return;
    }
    const file = pathname === '/' ? 'index.html' : pathname.slice(1);
    const content = await readFile(join(folder, file)).catch(() => null);
    const type = TYPES[file.split('.').at(-1) ?? ''] ?? 'text/plain';
    response.writeHead(content === null ? 404 : 200, { 'content-type': type }).end(content);
  };
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answers,
    emit(name, data) {
      for (const [client, tail] of clients) {
        if (name === 'tail' && tail !== (data as LiveEvents['tail']).topic) continue;
        client.write(textOf({ name, data } as Frame));
      }
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const ANSWERS: Record<string, (query: URLSearchParams, body: string) => { status?: number; json: unknown }> = {
  '/way': (query) => ({ json: way(query.get('source') ?? '') }),
  '/record': (query) => ({
    json: record(
      query.get('topic') ?? '',
      Number(query.get('partition')),
      query.get('offset') ?? '',
      query.has('reveal'),
    ),
  }),
  '/send': () => ({ json: { source: 'raw-data-topic-2-1461' } }),
  '/redrive': () => ({ json: null }),
  '/redrive/plan': () => ({ json: planned }),
  '/api/alerts': () => ({ json: { items: [] } }),
  '/api/vehicles/': () => ({
    json: { ...track(), trip: null, vehicle: { fuelLevel: 61.4, temperature: 4.2, distanceRemainingKm: 118 } },
  }),
};

export function textOf({ name, data }: Frame): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
