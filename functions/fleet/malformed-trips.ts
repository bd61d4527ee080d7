import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/** Counts items of the trips table that are no trips: `TripsMalformed` (EMF metric, one line a read that has some). */
export function countMalformedTrips(functionName: string): (count: number) => void {
  const metrics = new Metrics({ serviceName: functionName });
  return (count) => {
    metrics.addMetric('TripsMalformed', MetricUnit.Count, count);
    metrics.publishStoredMetrics();
  };
}
