import type { ReportFacts } from '../../input.ts';
import type { BadRecord } from '../../truth/json.ts';
import { redriveOf, sourceFrom } from '../../truth/redriven.ts';
import { type LogRecord, nameOf, sourceOf, type World } from '../../world.ts';
import type { TripSample } from '../facts.ts';
import { PROCESSED, RAW, TRIPS } from '../places.ts';
import { type AlertValue, thresholdAlerts } from './alerts.ts';
import { judgeReading, type Reading } from './reading.ts';
import { type Handled, settledFrom } from './settled.ts';
import { judgeTrip, type TripEvent, TripHistory } from './trips.ts';

/** A good record of raw-data-topic, and what must follow from it. */
export interface GoodReading {
  source: string;
  record: LogRecord;
  reading: Reading;
  alerts: AlertValue[];
}

/** What the fleet's input topics imply, by the coordinates of the record. */
export interface FleetTruth {
  /** by `source` */
  good: Map<string, GoodReading>;
  bad: Map<string, BadRecord>;
  trips: Map<string, TripEvent>;
  badTrips: Map<string, BadRecord>;
  history: TripHistory;
  /** whether retention has removed the record with this `source`, so that nothing is known about it */
  isOlder: (source: unknown) => boolean;
}

export function fleetTruth(
  { topics }: World,
  facts: Pick<ReportFacts, 'thresholds' | 'tripCacheSeconds' | 'samples' | 'generators'>,
  isOlder: FleetTruth['isOlder'],
): FleetTruth {
  const good = new Map<string, GoodReading>();
  const bad = new Map<string, BadRecord>();
  for (const record of topics[RAW].records) {
    const source = sourceFrom(record);
    const judged = judgeReading(record);
    if ('bad' in judged) bad.set(nameOf(record), { record, code: judged.bad });
    else good.set(source, { source, record, ...judged, alerts: thresholdAlerts(judged.reading, facts.thresholds) });
  }

  const trips = new Map<string, TripEvent>();
  const badTrips = new Map<string, BadRecord>();
  for (const record of topics[TRIPS].records) {
    const judged = judgeTrip(record);
    if ('bad' in judged) badTrips.set(nameOf(record), { record, code: judged.bad });
    // A redriven trip is stored as the first record, which is in the topic too.
    else if (redriveOf(record) === undefined) trips.set(nameOf(record), judged.event);
  }
  const cacheMs = facts.tripCacheSeconds * 1000;
  const handled = handledReadings(good, topics[PROCESSED].records);
  const history = new TripHistory(trips.values(), settledFrom({ seen: tripsSeen(facts), cacheMs, handled }));
  return { good, bad, trips, badTrips, history, isOlder };
}

/** Trips that were seen in their table: by the watcher, and by the generator, which waited for the first trips. */
function tripsSeen({ samples, generators }: Pick<ReportFacts, 'samples' | 'generators'>): TripSample[] {
  const { firstTrips = [], tripsReadyAt: seen = 0 } = generators.fleet?.manifest ?? {};
  return [...firstTrips.map(({ vehicleId, tripId }) => ({ vehicleId, tripId, seen })), ...samples.trips];
}

/** When each good reading was produced, and when its last copy in processed-data-topic was. */
function handledReadings(good: FleetTruth['good'], processed: readonly LogRecord[]): Handled[] {
  const done = new Map<string, number>();
  for (const record of processed) {
    const source = sourceOf(record);
    done.set(source, Math.max(record.timestamp, done.get(source) ?? 0));
  }
  return [...good.values()].map(({ source, record, reading }) => ({
    vehicleId: reading.vehicleId,
    produced: record.timestamp,
    done: done.get(source) ?? Number.POSITIVE_INFINITY,
  }));
}
