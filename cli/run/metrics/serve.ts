import { setTimeout as sleep } from 'node:timers/promises';
import { openWindowsOf } from '#lib/windows/open-windows.ts';
import { dynamodbOf } from '#local/deploy/servers.ts';
import { choosePorts } from '#local/servers/ports/ports.ts';
import type { Stack } from '#local/stack.ts';
import { type MetricFamily, type MetricsEndpoint, mappingFamilies, prometheusText, serveMetrics } from '#msk';
import type { LiveView } from '../live-view.ts';
import { emfMetrics } from './emf.ts';
import { newLines } from './new-lines.ts';
import { generatorFamilies, serverFamilies, windowFamilies } from './state.ts';

/** The port that OpenTelemetry's exporters for Prometheus have by default. observability/prometheus/ scrapes it. */
export const METRICS_PORT = 9464;
const OPTION = '--metrics-port';

/** ms in which a second scrape gets the same text. */
const FRESH_MS = 1_000;
const ATTEMPTS = 5;

/** ms that a scrape waits for the windows' table. */
const TABLE_MS = 2_000;

export interface RunMetricsOptions {
  /** The port that the user asked for. */
  port: number | undefined;
  stack: Stack;
  view: LiveView;
  /** The functions' log. */
  log: string;
  /** The name of the windows' table. */
  windowsTable: string;
}

/**
 * Serves the metrics of a run to Prometheus, on the usual port or a free one. All work is done when a scrape asks: a
 * run that nobody scrapes does none.
 * @throws ServerError if the port that the user asked for is taken
 */
export async function serveRunMetrics({ port, stack, view, log, windowsTable }: RunMetricsOptions) {
  const functions = emfMetrics();
  const read = newLines(log);
  const dynamodb = dynamodbOf(stack.endpoints);
  const windows = windowFamilies(() => performance.now());

  /** Nothing if the table doesn't answer: what isn't known isn't zero. */
  async function openWindows(): Promise<MetricFamily[]> {
    const late = sleep(TABLE_MS, undefined, { ref: false });
    const open = openWindowsOf(dynamodb, windowsTable).catch(() => undefined);
    const found = await Promise.race([open, late]);
    return found === undefined ? [] : windows(found);
  }

  async function families(): Promise<MetricFamily[]> {
    const [servers, windowsNow] = await Promise.all([
      serverFamilies(stack.servers),
      openWindows(),
      read(functions.take),
    ]);
    const own = [...servers, ...windowsNow, ...functions.families(), ...generatorFamilies(view.generators())];
    return [...mappingFamilies(view.mappings()), ...own];
  }

  const text = shared(async () => prometheusText(await families()));
  const endpoint = await onFreePort(port, (chosen) => serveMetrics({ port: chosen, option: OPTION, text }));
  return {
    url: endpoint.url,
    async close() {
      await endpoint.close();
      dynamodb.destroy();
    },
  } satisfies MetricsEndpoint;
}

/** Tries again where another run has taken the port meanwhile: several checkouts may start at once. */
async function onFreePort<T>(asked: number | undefined, listen: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const [port = 0] = await choosePorts([{ name: 'the metrics', usual: METRICS_PORT, asked, option: OPTION }]);
    try {
      return await listen(port);
    } catch (error) {
      if (asked !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Requests of about the same time get the result of one call. No call begins before the last one has ended. */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let latest: Promise<T> | undefined;
  return () => {
    if (latest === undefined) {
      const own = work();
      latest = own;
      const forget = () => setTimeout(() => (latest = undefined), FRESH_MS).unref();
      own.then(forget, forget);
    }
    return latest;
  };
}
