import type { MetricFamily, Sample } from '#msk';

/** A line in CloudWatch's embedded metric format (AWS: "Specification: Embedded metric format"). */
interface EmfLine {
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string; Unit?: string }[] }[];
  };
  [key: string]: unknown;
}

type Kind = 'counter' | 'gauge';
/** How CloudWatch's unit becomes one of Prometheus. A unit that isn't here is a gauge of the value as it is. */
const UNITS: Readonly<Record<string, { kind: Kind; suffix: string; scale: number }>> = {
  Count: { kind: 'counter', suffix: '_total', scale: 1 },
  Bytes: { kind: 'counter', suffix: '_total', scale: 1 },
  Milliseconds: { kind: 'gauge', suffix: '_seconds', scale: 1 / 1000 },
};
const OTHER = { kind: 'gauge', suffix: '', scale: 1 } as const;

/** The metric that says when a function last closed a window. */
const CLOSED = 'WindowsClosed';
const LAST_CLOSED = 'pipeline_window_last_closed_timestamp_seconds';

interface Collected {
  kind: Kind;
  help: string;
  samples: Map<string, Sample>;
}

/** DeadLettersByCode -> pipeline_dead_letters_by_code_total, WindowLateness -> pipeline_window_lateness_seconds */
export function emfName(metric: string, unit: string): string {
  const snake = metric.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  return `pipeline_${snake.replaceAll(/[^a-z0-9_]/g, '_')}${(UNITS[unit] ?? OTHER).suffix}`;
}

/**
 * The functions' own metrics, summed up from the lines that they log. CloudWatch does the same with these lines, so the
 * names are CloudWatch's, and `service` is the label `function`.
 */
export function emfMetrics(): { take: (line: string) => void; families: () => MetricFamily[] } {
  const collected = new Map<string, Collected>();

  function sampleOf(name: string, kind: Kind, help: string, labels: Readonly<Record<string, string>>): Sample {
    const own = collected.get(name) ?? { kind, help, samples: new Map() };
    collected.set(name, own);
    const key = JSON.stringify(labels);
    const sample = own.samples.get(key) ?? { labels, value: 0 };
    own.samples.set(key, sample);
    return sample;
  }

  function count(line: EmfLine): void {
    for (const { Dimensions: dimensions, Metrics: metrics } of line._aws.CloudWatchMetrics) {
      const names = dimensions[0] ?? [];
      const labels = Object.fromEntries(names.map((name) => [labelOf(name), String(line[name])]));
      for (const { Name: metric, Unit: unit = '' } of metrics) {
        const value = Number(line[metric]);
        if (!Number.isFinite(value)) continue;
        const { kind, scale } = UNITS[unit] ?? OTHER;
        // An invocation that had nothing to measure reports a time of 0.
        if (unit === 'Milliseconds' && value === 0) continue;
        const sample = sampleOf(emfName(metric, unit), kind, `${metric} of the functions' metrics`, labels);
        sample.value = value * scale + (kind === 'counter' ? sample.value : 0);
        if (metric !== CLOSED || value === 0) continue;
        sampleOf(LAST_CLOSED, 'gauge', 'When a window was last closed', labels).value = line._aws.Timestamp / 1000;
      }
    }
  }

  return {
    take(line) {
      if (!line.startsWith('{"_aws"')) return;
      try {
        count(JSON.parse(line) as EmfLine);
      } catch {
        // A line that a killed function has not written to its end.
      }
    },
    families: () =>
      [...collected].map(([name, { kind, help, samples }]) => ({
        name,
        help,
        type: kind,
        samples: [...samples.values()],
      })),
  };
}

function labelOf(dimension: string): string {
  return dimension === 'service' ? 'function' : dimension.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}
