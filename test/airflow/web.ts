import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A server that takes the alerts, and passes requests on to the pipeline's API: all but the first one, which fails. */
export async function startWeb() {
  const alerts: string[] = [];
  let api = '';
  let hasFailed = false;
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/alerts/token') {
      alerts.push((JSON.parse(await text(request)) as { text: string }).text);
      response.end();
    } else if (!hasFailed) {
      hasFailed = true;
      response.writeHead(503).end();
    } else {
      const found = await fetch(api + request.url?.replace('/flaky', ''));
      response.writeHead(found.status).end(await found.text());
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    alerts: { host: `${address}/alerts`, password: 'token' },
    flaky: `${address}/flaky`,
    passTo(url: string) {
      api = url;
    },
    /** @returns the alerts since the last call */
    taken: () => alerts.splice(0),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
