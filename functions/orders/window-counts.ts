import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { loggerOf } from '#lib/observability/logger.ts';
import type { WindowCounts } from '#lib/windows/run.ts';

type Unit = (typeof MetricUnit)[keyof typeof MetricUnit];

/** The name and the unit of each count as a metric. */
const METRICS: Readonly<Record<keyof WindowCounts, [string, Unit]>> = {
  applied: ['OrdersCounted', MetricUnit.Count],
  duplicates: ['OrdersDuplicate', MetricUnit.Count],
  late: ['OrdersLate', MetricUnit.Count],
  results: ['WindowResults', MetricUnit.Count],
  corrections: ['WindowCorrections', MetricUnit.Count],
  closed: ['WindowsClosed', MetricUnit.Count],
  latenessMs: ['WindowLateness', MetricUnit.Milliseconds],
  conflicts: ['WindowConflicts', MetricUnit.Count],
  stateWrites: ['WindowStateWrites', MetricUnit.Count],
  stateBytes: ['WindowStateBytes', MetricUnit.Bytes],
  progressWrites: ['WindowProgressWrites', MetricUnit.Count],
};

/** Logs and counts what an invocation did with windows (EMF metrics, one line). */
export function windowCounts(functionName: string): (counts: WindowCounts) => void {
  const logger = loggerOf(functionName);
  const metrics = new Metrics({ serviceName: functionName });
  return (counts) => {
    if (counts.closed > 0) logger.info('windows closed', { ...counts });
    for (const [name, count] of Object.entries(counts) as [keyof WindowCounts, number][]) {
      metrics.addMetric(...METRICS[name], count);
    }
    metrics.publishStoredMetrics();
  };
}
