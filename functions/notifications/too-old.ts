import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Counts alerts that nobody was told of, as they were too old: `AlertsTooOld` (EMF metric, one line a batch). */
export function countTooOld(functionName: string): (count: number) => void {
  const metrics = new Metrics({ serviceName: functionName });
  return (count) => {
    metrics.addMetric('AlertsTooOld', MetricUnit.Count, count);
    metrics.publishStoredMetrics();
  };
}
