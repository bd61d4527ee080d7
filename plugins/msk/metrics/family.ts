import { type Metric, Registry } from 'prom-client';

/** The samples of one metric of Prometheus. */
export interface MetricFamily {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  samples: Sample[];
}

export interface Sample {
  labels: Readonly<Record<string, string | number>>;
  value: number;
  /** The name of a histogram's sample, such as `…_bucket`. By default the family's name. */
  metricName?: string;
}

export function gauge(name: string, text: string, samples: Sample[]): MetricFamily {
  return { name, help: text, type: 'gauge', samples };
}

/** The text format of Prometheus. A family without samples is left out. */
export function prometheusText(families: readonly MetricFamily[]): Promise<string> {
  const registry = new Registry();
  for (const { samples, ...family } of families) {
    if (samples.length === 0) continue;
    // The registry only reads what a metric tells it. Its own classes count by themselves; these counts exist already.
    const metric = { name: family.name, get: () => ({ ...family, aggregator: 'sum', values: samples }) };
    registry.registerMetric(metric as unknown as Metric);
  }
  return registry.metrics();
}
