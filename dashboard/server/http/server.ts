import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Source } from '../source.ts';
import { answer, answerError } from './answers.ts';
import { Broadcast } from './broadcast.ts';
import { admit, RequestError } from './guard.ts';
import { type PageFiles, pageFiles } from './page-files.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

export interface DashboardServer {
  /** `http://127.0.0.1:4317/` */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves the page and its data on 127.0.0.1.
 * @param port 0 for any free port
 * @throws Error where the port is taken
 */
export async function serveDashboard(source: Source, port: number): Promise<DashboardServer> {
  const broadcast = new Broadcast(source);
  let files: Promise<PageFiles> | undefined;
  const page = () => {
    // Bundled for the first request. After an error it is tried again.
    files ??= pageFiles().catch((error: unknown) => {
      files = undefined;
      throw error;
    });
    return files;
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    admit(request, (server.address() as AddressInfo).port);
    const url = new URL(request.url ?? '/', 'http://page');
    const route: Route | undefined = routes.find(
      ({ method, path }) => method === request.method && path.test(url.pathname),
    );
    if (route !== undefined) return route.respond({ url, request, response, source, broadcast });
    const file = request.method === 'POST' ? undefined : (await page()).get(url.pathname);
    if (file === undefined) throw new RequestError(404, 'there is nothing at this address');
    answer(response, 200, file.type, file.bytes);
  }

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => answerError(response, error));
  });
  await listening(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      broadcast.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
