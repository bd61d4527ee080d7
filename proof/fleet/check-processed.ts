import { fieldDifference } from '../checks/compare.ts';
import { checkOnce, type OnceResult } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import { isoMs, objectOf } from '../truth/json.ts';
import { type LogRecord, sourceOf, type TopicLog } from '../world.ts';
import { PROCESSED } from './places.ts';
import type { FleetTruth, GoodReading } from './truth/fleet.ts';
import type { Reading } from './truth/reading.ts';
import { estimateOf, type Trip } from './truth/trips.ts';

/** A reading as processed-data-topic must hold it; the two optional fields exist where a trip was known. */
export interface ProcessedValue extends Omit<Reading, 'at'> {
  distanceRemainingKm?: number;
  estimatedArrival?: string;
}

/** One right copy of a reading in processed-data-topic, and the trips that explain its estimate. */
export interface ProcessedCopy {
  record: LogRecord;
  value: ProcessedValue;
  trips: (Trip | undefined)[];
}

export interface ProcessedResult {
  tally: OnceResult;
  /** by `source`; a reading that was produced twice has several */
  copies: Map<string, ProcessedCopy[]>;
}

/** km and ms by which two right ways to compute an estimate may differ. */
const DISTANCE_KM = 0.002;
const ARRIVAL_MS = 1_000;

/** Each good reading is in processed-data-topic under its own `source`, with its fields, position and estimate. */
export function checkProcessed(log: TopicLog, truth: FleetTruth, findings: Findings): ProcessedResult {
  const copies = new Map<string, ProcessedCopy[]>();
  const tally = checkOnce<GoodReading, LogRecord>(
    {
      place: PROCESSED,
      expected: truth.good,
      stored: log.records.map((record) => [sourceOf(record), record]),
      repeats: 'allowed',
      legal: (source) => truth.isOlder(source),
      difference(good, record) {
        const judged = judgeCopy(good, record, truth);
        if (typeof judged === 'string') return judged;
        copies.set(good.source, [...(copies.get(good.source) ?? []), judged]);
        return undefined;
      },
    },
    findings,
  );
  return { tally, copies };
}

function judgeCopy(
  { record: raw, reading }: GoodReading,
  record: LogRecord,
  truth: FleetTruth,
): ProcessedCopy | string {
  if (record.key?.toString('utf8') !== reading.vehicleId) return 'the key is not the vehicleId';
  const form = objectOf(record.value, Number.POSITIVE_INFINITY);
  if ('bad' in form) return `the value is not a JSON object (${form.bad})`;

  const { distanceRemainingKm, estimatedArrival, ...rest } = form.object;
  const { at: _, ...fields } = reading;
  const wrong = fieldDifference(fields, rest);
  if (wrong !== undefined) return wrong;

  const possible = truth.history.possible(reading.vehicleId, raw.timestamp, record.timestamp);
  const trips = possible.filter((trip) => explains(reading, trip, distanceRemainingKm, estimatedArrival));
  if (trips.length === 0)
    return 'distanceRemainingKm and estimatedArrival follow from no trip that the reading can have had';
  return { record, value: form.object as unknown as ProcessedValue, trips };
}

function explains(reading: Reading, trip: Trip | undefined, distance: unknown, arrival: unknown): boolean {
  if (trip === undefined) return distance === undefined && arrival === undefined;
  const estimate = estimateOf(reading, trip);
  const ms = isoMs(arrival);
  return (
    typeof distance === 'number' &&
    ms !== undefined &&
    Math.abs(distance - estimate.distanceKm) <= DISTANCE_KM &&
    Math.abs(ms - estimate.arrival) <= ARRIVAL_MS
  );
}
