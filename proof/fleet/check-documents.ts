import { differenceFromAll, fieldDifference } from '../checks/compare.ts';
import { checkOnce } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import type { Tally } from '../tally.ts';
import { type AlertDocument, sourceOf, type TopicLog } from '../world.ts';
import type { ExpectedAlert } from './check-alerts.ts';
import type { Thresholds } from './facts.ts';
import { thresholdOf } from './truth/alerts.ts';
import type { FleetTruth, GoodReading } from './truth/fleet.ts';

interface Subject {
  truth: FleetTruth;
  expected: ReadonlyMap<string, ExpectedAlert>;
  /** alerts-topic */
  log: TopicLog;
  thresholds: Thresholds;
}

/**
 * A document for each alert, in the index of its month. It has the alert's fields, the vehicle's location, the
 * threshold, and a trip that the vehicle can have had.
 */
export function checkDocuments(
  documents: readonly AlertDocument[],
  { truth, expected, log, thresholds }: Subject,
  findings: Findings,
): Tally {
  const produced = new Map(log.records.map((record) => [sourceOf(record), record.timestamp]));
  return checkOnce<ExpectedAlert, AlertDocument>(
    {
      place: 'opensearch alerts',
      expected,
      stored: documents.map((document) => [document.id, document]),
      legal: (source) => truth.isOlder(source),
      difference({ source, of, values }, { index, source: { tripId, ...fields } }) {
        const good = truth.good.get(of) as GoodReading;
        const { vehicleId, latitude, longitude, at } = good.reading;
        const possible = truth.history
          .possible(vehicleId, good.record.timestamp, produced.get(source) ?? Number.POSITIVE_INFINITY)
          .map((trip) => trip?.tripId);
        if (!possible.includes(tripId as string | undefined)) return 'tripId is no trip that its reading can have had';
        return differenceFromAll(values, (value) => {
          const { timestamp: _, tripId: __, ...own } = value;
          const wanted = {
            ...own,
            index: indexAt(at),
            source,
            eventTime: new Date(at).toISOString(),
            location: { lat: latitude, lon: longitude },
            threshold: thresholdOf(value, thresholds),
          };
          return fieldDifference(wanted, { ...fields, index });
        });
      },
    },
    findings,
  );
}

/** One index for each UTC month; all months before 2020 share one. */
function indexAt(ms: number): string {
  const date = new Date(ms);
  if (date.getUTCFullYear() < 2020) return 'alerts-before-2020.01';
  return `alerts-${date.getUTCFullYear()}.${String(date.getUTCMonth() + 1).padStart(2, '0')}`;
}
