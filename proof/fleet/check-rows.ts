import { differenceFromAll, fieldDifference, rowDifference } from '../checks/compare.ts';
import { checkOnce } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import type { Tally } from '../tally.ts';
import { isoMs, pointOf } from '../truth/json.ts';
import type { Rows, TopicLog } from '../world.ts';
import type { ExpectedAlert } from './check-alerts.ts';
import type { ProcessedCopy, ProcessedValue } from './check-processed.ts';
import type { AlertRow, ReadingRow, TripRow } from './places.ts';
import type { FleetTruth, GoodReading } from './truth/fleet.ts';
import type { TripEvent } from './truth/trips.ts';

const bySource = <R extends { source: string }>(rows: readonly R[]) => rows.map((row) => [row.source, row] as const);

/** A row of `readings` for each good reading, equal to a copy of it in processed-data-topic. */
export function checkReadings(
  rows: Rows,
  truth: FleetTruth,
  copies: ReadonlyMap<string, ProcessedCopy[]>,
  findings: Findings,
): Tally {
  return checkOnce<GoodReading, ReadingRow>(
    {
      place: 'rds readings',
      expected: truth.good,
      stored: bySource(rows.readings),
      legal: (source) => truth.isOlder(source),
      difference({ source, reading }, row) {
        const values: ProcessedValue[] = (copies.get(source) ?? []).map(({ value }) => value);
        return differenceFromAll(values.length > 0 ? values : [reading], (value) => readingDifference(value, row));
      },
    },
    findings,
  );
}

function readingDifference(value: ProcessedValue, row: ReadingRow): string | undefined {
  const wanted = {
    vehicle_id: value.vehicleId,
    event_time: isoMs(value.timestamp),
    latitude: value.latitude,
    longitude: value.longitude,
    speed: value.speed,
    fuel_level: value.fuelLevel,
    temperature: value.temperature,
    distance_remaining_km: value.distanceRemainingKm,
    estimated_arrival: isoMs(value.estimatedArrival),
  };
  const { source: _, committed: __, ...found } = row;
  return rowDifference(wanted, {
    ...found,
    event_time: msOf(row.event_time),
    estimated_arrival: msOf(row.estimated_arrival),
  });
}

/** PostgreSQL holds microseconds and a Date milliseconds, so milliseconds are compared. */
function msOf(date: Date | null): number | null {
  return date === null ? null : date.getTime();
}

/** A row of `alerts` for each alert that the readings imply, and for each right Delay alert of the topic. */
export function checkAlertRows(
  rows: Rows,
  truth: FleetTruth,
  expected: ReadonlyMap<string, ExpectedAlert>,
  findings: Findings,
): Tally {
  return checkOnce<ExpectedAlert, AlertRow>(
    {
      place: 'rds alerts',
      expected,
      stored: bySource(rows.alerts),
      legal: (source) => truth.isOlder(source),
      difference: ({ values }, row) =>
        differenceFromAll(values, ({ vehicleId, alert, timestamp, ...detail }) => {
          const { source: _, detail: stored, ...found } = row;
          const wanted = { vehicle_id: vehicleId, alert, event_time: isoMs(timestamp) };
          const wrong = rowDifference(wanted, { ...found, event_time: msOf(row.event_time) });
          if (wrong !== undefined) return wrong;
          const isObject = typeof stored === 'object' && stored !== null && !Array.isArray(stored);
          return isObject ? fieldDifference(detail, { ...stored }) : 'detail is not a JSON object';
        }),
    },
    findings,
  );
}

/** A row of `trips` for each good record of trips-topic. Rows of records that compaction removed are legal. */
export function checkTripRows(rows: Rows, truth: FleetTruth, log: TopicLog, findings: Findings): Tally {
  const replaced = wasReplaced(truth, log);
  return checkOnce<TripEvent, TripRow>(
    {
      place: 'rds trips',
      expected: truth.trips,
      stored: bySource(rows.trips),
      legal: (_, row) => replaced(row),
      difference({ vehicleId, trip }, row) {
        const to = trip && pointOf(trip.destination);
        const wanted = {
          vehicle_id: vehicleId,
          trip_id: trip?.tripId,
          destination_latitude: to?.latitude,
          destination_longitude: to?.longitude,
          planned_arrival: isoMs(trip?.plannedArrival),
          deleted: trip === undefined,
        };
        const { source: _, ...found } = row;
        return rowDifference(wanted, { ...found, planned_arrival: msOf(row.planned_arrival) });
      },
    },
    findings,
  );
}

const TRIP_SOURCE = /^trips-topic-(\d+)-(\d+)$/;

/** Whether compaction may have removed a row's record: its vehicle has a later one, or it is a tombstone. */
function wasReplaced(truth: FleetTruth, log: TopicLog): (row: TripRow) => boolean {
  const latest = new Map<string, number>();
  for (const { vehicleId, partition, offset } of truth.trips.values()) latest.set(`${partition} ${vehicleId}`, offset);
  return ({ source, vehicle_id, deleted }) => {
    const [, partition, offset] = (TRIP_SOURCE.exec(source) ?? []).map(Number);
    const range = log.partitions.find((own) => own.partition === partition);
    if (range === undefined || offset === undefined || offset >= range.end) return false;
    return deleted || (latest.get(`${partition} ${vehicle_id}`) ?? -1) > offset;
  };
}
