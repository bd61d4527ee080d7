import { openWindowsOf } from '#lib/windows/open-windows.ts';
import { dynamodbOf } from '#local/deploy/servers.ts';
import type { Stack } from '#local/stack.ts';
import { type MetricFamily, type MetricsEndpoint, mappingFamilies, prometheusText, serveMetrics } from '#msk';
import type { LiveView } from '../live-view.ts';
import { emfMetrics } from './emf.ts';
import { newLines } from './new-lines.ts';
import { shared } from './shared.ts';
import { generatorFamilies, serverFamilies, windowFamilies } from './state.ts';

/** The port that OpenTelemetry's exporters for Prometheus have by default. observability/prometheus/ scrapes it. */
export const METRICS_PORT = 9464;
const OPTION = '--metrics-port';

/** How many ports are tried after the usual one. */
const REACH = 100;

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
 * @throws Error if the port that the user asked for is taken
 */
export async function serveRunMetrics({ port, stack, view, log, windowsTable }: RunMetricsOptions) {
  const functions = emfMetrics();
  const read = newLines(log);
  const dynamodb = dynamodbOf(stack.endpoints);
  const windows = windowFamilies(() => performance.now());

  /** Nothing if the table doesn't answer: what isn't known isn't zero. */
  const openWindows = (): Promise<MetricFamily[]> =>
    openWindowsOf(dynamodb, windowsTable, TABLE_MS).then(windows, () => []);

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

/** Tries the ports one after the other: another run may take the usual one at any moment. */
async function onFreePort<T>(asked: number | undefined, listen: (port: number) => Promise<T>): Promise<T> {
  for (let port = asked ?? METRICS_PORT; ; port += 1) {
    try {
      return await listen(port);
    } catch (error) {
      if (asked !== undefined || port === METRICS_PORT + REACH) throw error;
    }
  }
}
