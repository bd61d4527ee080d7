import type { MappingStatus } from '../contract.ts';
import { Metrics } from '../polling/metrics.ts';
import { observe } from './distribution.ts';
import { prometheusText } from './family.ts';
import { mappingFamilies, prometheusName } from './mapping-families.ts';

const NOW = 1_000_000;
const textOf = (...mappings: MappingStatus[]) => prometheusText(mappingFamilies(mappings, NOW));

function status(metrics: Metrics, oldest: [number, number][] = []): MappingStatus {
  const { values, durations, ages } = metrics;
  const partitions = metrics.partitionsWith(new Map(oldest));
  const key = { function: 'processOrder', topic: 'orders', group: 'g' };
  return { ...key, state: 'Enabled', assigned: 1, inFlight: 0, metrics: values, partitions, durations, ages };
}

function metricsAt(...positions: [committed: number, end: number][]): Metrics {
  const metrics = new Metrics();
  const each = positions.map(([offset, end], index) => [index, { offset, committed: true, end }] as const);
  metrics.positioned(new Map(each), () => false);
  return metrics;
}

describe('the metrics of mappings', () => {
  test('writes a count as a counter, with one value for each mapping', async () => {
    const metrics = new Metrics();
    metrics.polled(0, 12, 12);
    const text = await textOf(status(metrics), { ...status(new Metrics()), topic: 'other' });

    expect(text).toContain('# TYPE lambda_esm_polled_event_count_total counter');
    expect(text).toContain('lambda_esm_polled_event_count_total{function="processOrder",topic="orders",group="g"} 12');
    expect(text).toContain('lambda_esm_polled_event_count_total{function="processOrder",topic="other",group="g"} 0');
  });

  test('omits a lag that is not known yet', async () => {
    const metrics = new Metrics();
    expect(await textOf(status(metrics))).not.toContain('lambda_esm_sum_offset_lag{');

    const positions = [0, 1].map((partition) => [partition, { offset: partition, committed: true, end: 10 }] as const);
    metrics.positioned(new Map(positions), () => false);
    const text = await textOf(status(metrics));
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

  test('has the offsets and the lag of each partition, with the names of kafka_exporter', async () => {
    const text = await textOf(status(metricsAt([5, 10], [3, 3])), { ...status(metricsAt([0, 9])), group: 'other' });

    expect(text).toContain('kafka_topic_partition_current_offset{topic="orders",partition="0"} 10');
    expect(text.match(/^kafka_topic_partition_current_offset{/gm)).toHaveLength(2);
    expect(text).toContain('kafka_consumergroup_current_offset{consumergroup="g",topic="orders",partition="0"} 5');
    expect(text).toContain('kafka_consumergroup_lag{consumergroup="g",topic="orders",partition="0"} 5');
    expect(text).toContain('kafka_consumergroup_lag{consumergroup="other",topic="orders",partition="0"} 9');
  });

  test('has the age of the oldest record that is not done: 0 if none waits, nothing if it is not known', async () => {
    const text = await textOf(status(metricsAt([5, 10], [3, 3], [1, 2]), [[0, NOW - 2500]]));

    const of = (partition: number) =>
      text.match(new RegExp(`^kafka_consumergroup_lag_seconds{.*,partition="${partition}"} (.*)$`, 'm'))?.[1];
    expect([0, 1, 2].map(of)).toEqual(['2.5', '0', undefined]);
  });

  test('writes durations as a histogram', async () => {
    const metrics = new Metrics();
    for (const seconds of [0.02, 0.3, 1000]) observe(metrics.durations, seconds);
    const text = await textOf(status(metrics));

    expect(text).toContain('# TYPE lambda_invocation_duration_seconds histogram');
    const isOf = (le: string) => (line: string) =>
      line.startsWith(`lambda_invocation_duration_seconds_bucket{le="${le}",`);
    const of = (le: string) => text.split('\n').find(isOf(le))?.split(' ').at(-1);
    expect(['0.01', '0.025', '0.25', '0.5', '300', '+Inf'].map(of)).toEqual(['0', '1', '1', '2', '2', '3']);
    expect(text).toMatch(/lambda_invocation_duration_seconds_sum{.*} 1000.32\n/);
    expect(text).toMatch(/lambda_invocation_duration_seconds_count{.*} 3\n/);
  });

  test('says whether a mapping fails', async () => {
    const text = await textOf(status(new Metrics()), { ...status(new Metrics()), topic: 'other', lastError: 'no' });

    expect(text).toMatch(/lambda_esm_failing{.*topic="orders".*} 0\n/);
    expect(text).toMatch(/lambda_esm_failing{.*topic="other".*} 1\n/);
  });
});
