import { differenceFromAll, fieldDifference } from '../checks/compare.ts';
import { checkOnce } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import type { Tally } from '../tally.ts';
import { newestByKey, versionOf } from '../truth/version.ts';
import type { Item, Items } from '../world.ts';
import type { ExpectedAlert } from './check-alerts.ts';
import type { ProcessedCopy, ProcessedValue } from './check-processed.ts';
import type { FleetTruth, GoodReading } from './truth/fleet.ts';
import { lastTrips, type TripEvent } from './truth/trips.ts';

const byKey = (items: readonly Item[], ...key: string[]) =>
  items.map((item) => [key.map((name) => String(item[name])).join('/'), item] as const);

const readingVersion = ({ reading, record }: GoodReading) => versionOf(reading.at, record);

/** Each vehicle's item is the newest of its good readings, by event time, then by partition and offset. */
export function checkVehicles(
  items: Items,
  truth: FleetTruth,
  copies: ReadonlyMap<string, ProcessedCopy[]>,
  findings: Findings,
): Tally {
  return checkOnce<GoodReading, Item>(
    {
      place: 'dynamodb vehicles',
      expected: newestByKey(truth.good.values(), ({ reading }) => reading.vehicleId, readingVersion),
      stored: byKey(items.vehicles, 'vehicleId'),
      legal: (_, { source }) => truth.isOlder(source),
      difference(good, item) {
        const values: ProcessedValue[] = (copies.get(good.source) ?? []).map(({ value }) => value);
        return differenceFromAll(values.length > 0 ? values : [good.reading], (value) => {
          const wanted = {
            vehicleId: value.vehicleId,
            version: readingVersion(good),
            source: good.source,
            latitude: value.latitude,
            longitude: value.longitude,
            speed: value.speed,
            fuelLevel: value.fuelLevel,
            temperature: value.temperature,
            distanceRemainingKm: value.distanceRemainingKm,
            eventTime: new Date(good.reading.at).toISOString(),
            estimatedArrival: value.estimatedArrival,
          };
          return fieldDifference(wanted, item);
        });
      },
    },
    findings,
  );
}

/** Each item of a vehicle and a kind of alert is the newest alert of that kind. */
export function checkAlertItems(
  items: Items,
  truth: FleetTruth,
  alerts: ReadonlyMap<string, ExpectedAlert>,
  findings: Findings,
): Tally {
  const version = ({ of }: ExpectedAlert) => readingVersion(truth.good.get(of) as GoodReading);
  const key = ({ values: [value] }: ExpectedAlert) => `${value?.vehicleId}/${value?.alert}`;
  return checkOnce<ExpectedAlert, Item>(
    {
      place: 'dynamodb alerts',
      expected: newestByKey(alerts.values(), key, version),
      stored: byKey(items.alerts, 'vehicleId', 'alert'),
      legal: (_, { source }) => truth.isOlder(source),
      difference: (alert, item) =>
        differenceFromAll(alert.values, (value) =>
          fieldDifference({ ...value, version: version(alert), source: alert.source }, item),
        ),
    },
    findings,
  );
}

/** What the time to live of a tombstone's item is checked with. */
export interface Tombstones {
  /** when the stores were read, ms since the epoch */
  readAt: number;
  /** how long the item is kept after it was written */
  days: number;
}

const DAY_SECONDS = 86_400;

/** Each vehicle's item is its last trip; after a tombstone it is `deleted`. */
export function checkTripItems(items: Items, truth: FleetTruth, tombstones: Tombstones, findings: Findings): Tally {
  return checkOnce<TripEvent, Item>(
    {
      place: 'dynamodb trips',
      expected: lastTrips(truth.trips.values()),
      stored: byKey(items.trips, 'vehicleId'),
      // Compaction removes a tombstone in the end; its item stays until its time to live is over.
      legal: (_, item) => item['deleted'] === true,
      difference(event, item) {
        const { vehicleId, timestamp, partition, offset, trip } = event;
        const version = versionOf(timestamp, event);
        const base = { vehicleId, version, partition, offset, deleted: trip === undefined };
        if (trip !== undefined) return fieldDifference({ ...base, ...trip }, item);
        const { expiresAt, ...rest } = item;
        return fieldDifference(base, rest) ?? expiryFault(expiresAt, timestamp, tombstones);
      },
    },
    findings,
  );
}

/** A tombstone expires a number of days after it was written, which was after it came and before it was read back. */
function expiryFault(expiresAt: unknown, came: number, { readAt, days }: Tombstones): string | undefined {
  const written = Number(expiresAt) - days * DAY_SECONDS;
  const [first, last] = [came, readAt].map((ms) => Math.floor(ms / 1000)) as [number, number];
  const inTime = Number.isInteger(expiresAt) && written >= first && written <= last;
  return inTime ? undefined : `expiresAt is not ${days} days after the tombstone was written`;
}
