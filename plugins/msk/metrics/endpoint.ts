import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';

export interface MetricsOptions {
  /** 0 for any free port. */
  port: number;
  /** Names the option that sets the port, for the error. */
  option: string;
  /** The metrics in the text format of Prometheus; called for each request. */
  text: () => Promise<string>;
}

export interface MetricsEndpoint {
  /** E.g. http://127.0.0.1:9464/metrics */
  url: string;
  close: () => Promise<void>;
}

/**
 * Serves metrics to a Prometheus server on this machine.
 *
 * @throws Error if the port is in use
 */
export async function serveMetrics({ port, option, text }: MetricsOptions): Promise<MetricsEndpoint> {
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && request.url === '/metrics';
    const answer = (status: number, body: string) =>
      response.writeHead(status, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }).end(body);
    if (!found) answer(404, 'GET /metrics\n');
    // A failed scrape shows in Prometheus as `up` = 0. Half of the metrics would look like zeros.
    else
      text().then(
        (body) => answer(200, body),
        (error: unknown) => answer(500, `${String(error)}\n`),
      );
  });
  await listening(server, port, option);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}/metrics`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listening(server: Server, port: number, option: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error) =>
      reject(new Error(`${option} ${port}: ${cause.message}. Use another port.`, { cause })),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}
