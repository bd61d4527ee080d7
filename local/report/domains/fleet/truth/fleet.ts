import type { ReportFacts } from '../../../input.ts';
import { RAW, TRIPS } from '../../../topics.ts';
import type { BadRecord } from '../../../truth/bad-record.ts';
import { type LogRecord, nameOf, type World } from '../../../world.ts';
import { type AlertValue, thresholdAlerts } from './alerts.ts';
import { judgeReading, type Reading } from './reading.ts';
import { judgeTrip, type TripEvent, TripHistory } from './trips.ts';

/** A good record of raw-data-topic, and what must follow from it. */
export interface GoodReading {
  source: string;
  record: LogRecord;
  reading: Reading;
  alerts: AlertValue[];
}

/** What the fleet's input topics imply, each by the coordinates of its record. */
export interface FleetTruth {
  good: Map<string, GoodReading>;
  bad: Map<string, BadRecord>;
  trips: Map<string, TripEvent>;
  badTrips: Map<string, BadRecord>;
  history: TripHistory;
  /** whether retention has removed the record of that name: nothing is known of it */
  isOlder: (source: unknown) => boolean;
}

/** How long a record of trips-topic may take into its table: its sink's batching window, and a busy machine. */
const TRIP_SLACK_MS = 30_000;

export function fleetTruth(
  { topics }: World,
  facts: Pick<ReportFacts, 'thresholds' | 'tripCacheSeconds'>,
  isOlder: FleetTruth['isOlder'],
): FleetTruth {
  const good = new Map<string, GoodReading>();
  const bad = new Map<string, BadRecord>();
  for (const record of topics[RAW].records) {
    const source = nameOf(record);
    const judged = judgeReading(record);
    if ('bad' in judged) bad.set(source, { record, code: judged.bad });
    else good.set(source, { source, record, ...judged, alerts: thresholdAlerts(judged.reading, facts.thresholds) });
  }

  const trips = new Map<string, TripEvent>();
  const badTrips = new Map<string, BadRecord>();
  for (const record of topics[TRIPS].records) {
    const judged = judgeTrip(record);
    if ('bad' in judged) badTrips.set(nameOf(record), { record, code: judged.bad });
    else trips.set(nameOf(record), judged.event);
  }
  const history = new TripHistory(trips.values(), facts.tripCacheSeconds * 1000 + TRIP_SLACK_MS);
  return { good, bad, trips, badTrips, history, isOlder };
}
