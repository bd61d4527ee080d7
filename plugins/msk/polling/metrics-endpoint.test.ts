import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MappingStatus } from '../contract.ts';
import { Metrics } from './metrics.ts';
import { prometheusName, prometheusText, serveMetrics } from './metrics-endpoint.ts';

function status(metrics: Metrics): MappingStatus {
  const { values } = metrics;
  return { function: 'processOrder', topic: 'orders', group: 'g', assigned: 1, inFlight: 0, metrics: values };
}

describe('prometheusText', () => {
  test('writes a count as a counter, with one value for each mapping', async () => {
    const metrics = new Metrics();
    metrics.polled(0, 12, 12);
    const text = await prometheusText([status(metrics), { ...status(new Metrics()), topic: 'other' }]);

    expect(text).toContain('# TYPE lambda_esm_polled_event_count_total counter');
    expect(text).toContain('lambda_esm_polled_event_count_total{function="processOrder",topic="orders",group="g"} 12');
    expect(text).toContain('lambda_esm_polled_event_count_total{function="processOrder",topic="other",group="g"} 0');
  });

  test('omits a lag that is not known yet', async () => {
    const metrics = new Metrics();
    expect(await prometheusText([status(metrics)])).not.toContain('lambda_esm_sum_offset_lag{');

    const positions = [0, 1].map((partition) => [partition, { offset: partition, committed: true, end: 10 }] as const);
    metrics.positioned(new Map(positions), () => false);
    const text = await prometheusText([status(metrics)]);
    expect(text).toMatch(/# TYPE lambda_esm_max_offset_lag gauge\n.*} 10\n/);
    expect(text).toMatch(/lambda_esm_sum_offset_lag{.*} 19\n/);
    expect(text).toMatch(/lambda_esm_offset_lag{.*} 19\n/);
  });

  test('has a name for each of Lambda’s metrics', () => {
    expect(Object.keys(new Metrics().values).map(prometheusName)).toEqual([
      'lambda_esm_polled_event_count_total',
      'lambda_esm_filtered_out_event_count_total',
      'lambda_esm_invoked_event_count_total',
      'lambda_esm_failed_invoke_event_count_total',
      'lambda_esm_dropped_event_count_total',
      'lambda_esm_on_failure_destination_delivered_event_count_total',
      'lambda_esm_committed_event_count_total',
      'lambda_esm_polling_error_count_total',
      'lambda_esm_invoke_error_count_total',
      'lambda_esm_on_failure_destination_delivery_error_count_total',
      'lambda_esm_commit_error_count_total',
      'lambda_esm_max_offset_lag',
      'lambda_esm_sum_offset_lag',
      'lambda_esm_offset_lag',
    ]);
  });
});

describe('serveMetrics', () => {
  test('serves the current metrics at /metrics on 127.0.0.1', async () => {
    const metrics = new Metrics();
    const { url, close } = await serveMetrics(0, () => [status(metrics)]);
    metrics.polled(0, 3, 3);
    const [found, missing] = await Promise.all([fetch(url), fetch(new URL('/', url))]);

    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect([found.status, missing.status]).toEqual([200, 404]);
    expect(found.headers.get('content-type')).toContain('text/plain');
    expect(await found.text()).toContain(
      'polled_event_count_total{function="processOrder",topic="orders",group="g"} 3',
    );
    await close();
    await expect(fetch(url)).rejects.toThrow();
  });

  test('if the port is in use, the error names the option', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;

    await expect(serveMetrics(port, () => [])).rejects.toThrow(`custom.msk.metricsPort ${port}: `);
    other.close();
  });
});
