import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NOWHERE } from '#local/deploy/servers.ts';
import type { Stack } from '#local/stack.ts';
import type { LiveView } from '../live-view.ts';
import { METRICS_PORT, serveRunMetrics } from './serve.ts';

let folder: string;
let log: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-metrics-'));
  log = join(folder, 'log');
  await writeFile(log, '');
});
afterEach(() => rm(folder, { recursive: true }));

/** The metrics of a run without servers, mappings and load, and with a windows' table at this address. */
function serve(port: number | undefined, dynamodb = NOWHERE) {
  const stack = { endpoints: { dynamodb }, servers: [{ name: 's3', answers: async () => true }] } as unknown as Stack;
  const view = { mappings: () => [], generators: () => new Map() } as unknown as LiveView;
  return serveRunMetrics({ port, stack, view, log, windowsTable: 'windows' });
}

async function listening(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

test('without a wish, a taken port is left out', async () => {
  const first = await serve(undefined);
  const second = await serve(undefined);
  const ports = [first, second].map(({ url }) => Number(new URL(url).port));
  await Promise.all([first.close(), second.close()]);

  expect(ports[0]).toBeGreaterThanOrEqual(METRICS_PORT);
  expect(ports[1]).toBeGreaterThan(ports[0] ?? Number.NaN);
});

test('a taken port that was asked for is an error that names the option', async () => {
  const other = createServer();
  const port = await listening(other, 0);
  await expect(serve(port)).rejects.toThrow(`--metrics-port ${port}: `);
  other.close();
});

test('a table that doesn’t answer delays a scrape for 2 s at most, and its windows are missing', async () => {
  const silent = createServer(() => {});
  const metrics = await serve(undefined, `http://127.0.0.1:${await listening(silent, 0)}`);
  const from = performance.now();
  const text = await (await fetch(metrics.url)).text();
  const seconds = (performance.now() - from) / 1000;
  await metrics.close();
  silent.closeAllConnections();
  silent.close();

  expect(text).toContain('pipeline_server_up{server="s3"} 1');
  expect(text).not.toContain('pipeline_windows_open');
  expect(seconds).toBeLessThan(3);
});
