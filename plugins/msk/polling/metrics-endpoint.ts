import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Registry } from 'prom-client';
import type { MappingMetrics, MappingStatus } from '../contract.ts';

/** The help text of each of Lambda's metrics. A count becomes a counter, and its name ends in `_total`. */
const help: Readonly<Record<keyof MappingMetrics, string>> = {
  PolledEventCount: 'Records fetched',
  FilteredOutEventCount: 'Records that the filter criteria excluded',
  InvokedEventCount: 'Records handed to the function; a retry counts again',
  FailedInvokeEventCount: 'Records of failed invocations',
  DroppedEventCount: 'Records discarded without a destination',
  OnFailureDestinationDeliveredEventCount: 'Records delivered to the on-failure destination',
  CommittedEventCount: 'Records with committed offsets',
  PollingErrorCount: 'Failures to poll',
  InvokeErrorCount: 'Invocations that failed',
  OnFailureDestinationDeliveryErrorCount: 'Failures of the on-failure destination',
  CommitErrorCount: 'Failures to commit offsets',
  MaxOffsetLag: 'Largest lag of a partition: end offset minus committed offset',
  SumOffsetLag: 'Sum of the lags of all partitions',
  OffsetLag: 'Lag of the group on the topic',
};
const labelNames = ['function', 'topic', 'group'] as const;

/** PolledEventCount -> lambda_esm_polled_event_count_total, MaxOffsetLag -> lambda_esm_max_offset_lag */
export function prometheusName(metric: string): string {
  const name = `lambda_esm${metric.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
  return metric.endsWith('Count') ? `${name}_total` : name;
}

/** The mappings' metrics in the text format of Prometheus. A lag that isn't known yet is omitted. */
export async function prometheusText(mappings: readonly MappingStatus[]): Promise<string> {
  const registry = new Registry();
  for (const [metric, text] of Object.entries(help)) {
    const configuration = { name: prometheusName(metric), help: text, labelNames, registers: [registry] };
    const [counter, gauge] = metric.endsWith('Count')
      ? [new Counter(configuration), undefined]
      : [undefined, new Gauge(configuration)];
    for (const { function: key, topic, group, metrics } of mappings) {
      const value = metrics[metric as keyof MappingMetrics];
      const labels = { function: key, topic, group };
      if (value === null) continue;
      counter?.inc(labels, value);
      gauge?.set(labels, value);
    }
  }
  return registry.metrics();
}

export interface MetricsEndpoint {
  /** E.g. http://127.0.0.1:9464/metrics */
  url: string;
  close: () => Promise<void>;
}

/**
 * Serves the mappings' metrics to a Prometheus server on this machine.
 *
 * @param port 0 for any free port
 * @throws Error if the port is in use
 */
export async function serveMetrics(port: number, mappings: () => readonly MappingStatus[]): Promise<MetricsEndpoint> {
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && request.url === '/metrics';
    void (found ? prometheusText(mappings()) : Promise.resolve('GET /metrics\n')).then((text) =>
      response.writeHead(found ? 200 : 404, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }).end(text),
    );
  });
  await listening(server, port);
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

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error) =>
      reject(new Error(`custom.msk.metricsPort ${port}: ${cause.message}. Use another port, or 0.`, { cause })),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}
