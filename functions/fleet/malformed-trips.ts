import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/**
 * Counts items of the trips table that are not trips: `TripsMalformed` (EMF metric, one line per read with such items).
 */
export function countMalformedTrips(functionName: string): (count: number) => void {
  const metrics = new Metrics({ serviceName: functionName });
  return (count) => {
    metrics.addMetric('TripsMalformed', MetricUnit.Count, count);
    metrics.publishStoredMetrics();
  };
}
