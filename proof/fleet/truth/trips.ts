import { hasTooManyHeaders, isName, isoMs, objectOf, own, passedOn, pointOf } from '../../truth/json.ts';
import { newestByKey, versionOf } from '../../truth/version.ts';
import { type LogRecord, nameOf } from '../../world.ts';
import type { Reading } from './reading.ts';

/** A trip as it is in trips-topic. */
export interface Trip {
  tripId: string;
  destination: string;
  plannedArrival: string;
}

/** One good record of trips-topic: the vehicle's trip from then on; undefined (a tombstone) means no trip. */
export interface TripEvent {
  vehicleId: string;
  source: string;
  /** the record's Kafka timestamp, ms since the epoch */
  timestamp: number;
  partition: number;
  offset: number;
  trip: Trip | undefined;
}

/** A longer value is no trip. */
const LIMIT_BYTES = 64 * 1024;

/** Judges a record of trips-topic: an event, or the code that its dead letter must carry. */
export function judgeTrip(record: LogRecord): { event: TripEvent } | { bad: string } {
  const { partition, offset, timestamp } = record;
  const at = { source: nameOf(record), timestamp, partition, offset };
  if (hasTooManyHeaders(record)) return { bad: 'TOO_MANY_HEADERS' };
  if (record.value === null) {
    const vehicleId = record.key?.toString('utf8');
    return isName(vehicleId) ? { event: { vehicleId, ...at, trip: undefined } } : { bad: 'SCHEMA' };
  }
  const form = objectOf(record.value, LIMIT_BYTES);
  if ('bad' in form) return form;
  const [vehicleId, tripId, destination, plannedArrival] = ['vehicleId', 'tripId', 'destination', 'plannedArrival'].map(
    (name) => own(form.object, name),
  );
  if (!isName(vehicleId) || !isName(tripId) || typeof destination !== 'string') return { bad: 'SCHEMA' };
  const planned = isoMs(plannedArrival);
  if (planned === undefined) return { bad: 'SCHEMA' };
  if (pointOf(destination) === undefined) return { bad: 'LOCATION' };
  const arrival = passedOn(plannedArrival as string, planned);
  return { event: { vehicleId, ...at, trip: { tripId, destination, plannedArrival: arrival } } };
}

/**
 * The last trip of each vehicle: within a partition the one with the highest offset, which compaction keeps. Where a
 * vehicle has records in several partitions, the one with the latest Kafka timestamp of these.
 */
export function lastTrips(events: Iterable<TripEvent>): Map<string, TripEvent> {
  const inPartition = ({ vehicleId, partition }: TripEvent) => `${partition} ${vehicleId}`;
  const ofEach = newestByKey(events, inPartition, (event) => versionOf(0, event));
  return newestByKey(
    ofEach.values(),
    ({ vehicleId }) => vehicleId,
    (event) => versionOf(event.timestamp, event),
  );
}

/** Distance by great circle, and arrival at the reading's speed; below 20 km/h at 60 km/h instead. */
export interface Estimate {
  distanceKm: number;
  /** ms since the epoch */
  arrival: number;
}

const EARTH_RADIUS_KM = 6371.0088;
const MOVING_KMH = 20;
const ASSUMED_KMH = 60;
const HOUR_MS = 3_600_000;

export function estimateOf(reading: Reading, trip: Trip): Estimate {
  const to = pointOf(trip.destination) ?? { latitude: Number.NaN, longitude: Number.NaN };
  const distanceKm = EARTH_RADIUS_KM * angleBetween(reading, to);
  const pace = reading.speed !== undefined && reading.speed >= MOVING_KMH ? reading.speed : ASSUMED_KMH;
  return { distanceKm, arrival: reading.at + (distanceKm / pace) * HOUR_MS };
}

/** The angle in radians, by vectors (atan2 of cross and dot product): exact for near and far points alike. */
function angleBetween(a: { latitude: number; longitude: number }, b: { latitude: number; longitude: number }): number {
  const [x1, y1, z1] = vector(a);
  const [x2, y2, z2] = vector(b);
  const cross = Math.hypot(y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2);
  return Math.atan2(cross, x1 * x2 + y1 * y2 + z1 * z2);
}

function vector({ latitude, longitude }: { latitude: number; longitude: number }): [number, number, number] {
  const [lat, lon] = [(latitude * Math.PI) / 180, (longitude * Math.PI) / 180];
  return [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
}

/** The trips of each vehicle, in the order of their partition; those of several partitions by Kafka timestamp. */
export class TripHistory {
  readonly #byVehicle: ReadonlyMap<string, TripEvent[]>;
  readonly #settledFrom: (event: TripEvent) => number;

  /** @param settledFrom when a trip is settled: readings from then on must use it or a later one (settled.ts) */
  constructor(events: Iterable<TripEvent>, settledFrom: (event: TripEvent) => number) {
    const known = new Map<TripEvent, number>();
    this.#settledFrom = (event) => {
      const from = known.get(event) ?? settledFrom(event);
      known.set(event, from);
      return from;
    };
    this.#byVehicle = Map.groupBy(events, ({ vehicleId }) => vehicleId);
    for (const own of this.#byVehicle.values()) own.sort(inOrder);
  }

  /**
   * Every trip (undefined: no trip) that a processor may have used for a record that was produced at `from` and
   * processed at `to` (ms since the epoch): the last settled one, and all later ones until `to`.
   */
  possible(vehicleId: string, from: number, to: number): (Trip | undefined)[] {
    const events = this.#byVehicle.get(vehicleId) ?? [];
    const settled = events.findLastIndex((event) => this.#settledFrom(event) <= from);
    const later = events.slice(settled + 1).filter(({ timestamp }) => timestamp <= to + CLOCKS_MS);
    return [events[settled]?.trip, ...later.map(({ trip }) => trip)];
  }

  /** A vehicle's trip with that id; undefined where the topic holds none. */
  tripOf(vehicleId: string, tripId: string): Trip | undefined {
    return this.#byVehicle.get(vehicleId)?.findLast(({ trip }) => trip?.tripId === tripId)?.trip;
  }
}

const inOrder = (a: TripEvent, b: TripEvent) =>
  a.partition === b.partition ? a.offset - b.offset : a.timestamp - b.timestamp;

/** The clocks of two clients may differ, and timestamps are whole ms. */
const CLOCKS_MS = 1_000;
