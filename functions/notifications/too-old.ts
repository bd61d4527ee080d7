import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Counts alerts that were too old to be sent: `AlertsTooOld` (EMF metric, one line per batch). */
export function countTooOld(functionName: string): (count: number) => void {
  const metrics = new Metrics({ serviceName: functionName });
  return (count) => {
    metrics.addMetric('AlertsTooOld', MetricUnit.Count, count);
    metrics.publishStoredMetrics();
  };
}
