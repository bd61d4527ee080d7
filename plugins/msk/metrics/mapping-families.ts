import type { Distribution, MappingMetrics, MappingStatus } from '../contract.ts';
import { bounds } from './distribution.ts';
import { gauge, type MetricFamily, type Sample } from './family.ts';
import { partitionFamilies } from './partition-families.ts';

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

/** PolledEventCount -> lambda_esm_polled_event_count_total, MaxOffsetLag -> lambda_esm_max_offset_lag */
export function prometheusName(metric: string): string {
  const name = `lambda_esm${metric.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
  return metric.endsWith('Count') ? `${name}_total` : name;
}

/** The metrics of all mappings. What isn't known yet is omitted. @param now ms since the epoch */
export function mappingFamilies(mappings: readonly MappingStatus[], now: number = Date.now()): MetricFamily[] {
  const each = (value: (mapping: MappingStatus) => number | null): Sample[] =>
    mappings.flatMap((mapping) => {
      const found = value(mapping);
      return found === null ? [] : [{ labels: labelsOf(mapping), value: found }];
    });
  return [
    ...Object.entries(help).map(
      ([metric, text]): MetricFamily => ({
        name: prometheusName(metric),
        help: text,
        type: metric.endsWith('Count') ? 'counter' : 'gauge',
        samples: each(({ metrics }) => metrics[metric as keyof MappingMetrics]),
      }),
    ),
    gauge(
      'lambda_esm_assigned_partitions',
      'Partitions that the mapping reads',
      each(({ assigned }) => assigned),
    ),
    gauge(
      'lambda_esm_batches_in_flight',
      'Batches in flight, also between two attempts',
      each((m) => m.inFlight),
    ),
    gauge(
      'lambda_esm_failing',
      '1 while the latest attempt to invoke the function or to reach the brokers has failed',
      each(({ lastError }) => (lastError === undefined ? 0 : 1)),
    ),
    histogram('lambda_invocation_duration_seconds', 'Duration of an invocation', mappings, (m) => m.durations),
    histogram(
      'lambda_esm_batch_age_seconds',
      'From the timestamp of a batch’s oldest record until the function is done with the batch',
      mappings,
      (m) => m.ages,
    ),
    ...partitionFamilies(mappings, now),
  ];
}

function histogram(
  name: string,
  text: string,
  mappings: readonly MappingStatus[],
  of: (mapping: MappingStatus) => Distribution,
): MetricFamily {
  const samples = mappings.flatMap((mapping): Sample[] => {
    const labels = labelsOf(mapping);
    const { counts, sum } = of(mapping);
    let count = 0;
    const buckets = counts.map((own, index): Sample => {
      count += own;
      return { metricName: `${name}_bucket`, labels: { le: bounds[index] ?? '+Inf', ...labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  });
  return { name, help: text, type: 'histogram', samples };
}

const labelsOf = ({ function: key, topic, group }: MappingStatus) => ({ function: key, topic, group });
