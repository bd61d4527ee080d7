import type { VehicleChanges } from '../../contract.ts';
import { headerText, objectOf, type PlacedRecord, timeOf } from './kafka-record.ts';

type Vehicle = VehicleChanges['changed'][number];

const MOST = 10_000;
/** How long a vehicle has the colour of its latest alert. */
const ALERT_MS = 60_000;
const [KIND, TIME, SOURCE] = [4, 5, 6] as const;

/** Where a vehicle was. */
export interface Sighting {
  latitude: number;
  longitude: number;
  /** km/h */
  speed: number | null;
  /** event time, ms since the epoch */
  time: number;
  source: string;
}

/** The latest state of each vehicle, and which have changed since the last question. */
export class Vehicles {
  /** in order of the last change */
  readonly #latest = new Map<string, Vehicle>();
  readonly #alerts = new Map<string, { kind: string; until: number }>();
  #changed = new Set<string>();
  #removed: string[] = [];

  /** Takes a record of processed-data-topic. */
  reading(record: PlacedRecord): void {
    const { vehicleId, latitude, longitude, speed, timestamp } = objectOf(record) ?? {};
    const time = timeOf(timestamp);
    if (typeof vehicleId !== 'string' || !isNumber(latitude) || !isNumber(longitude) || time === undefined) return;
    const source = headerText(record, 'source') ?? '';
    this.moved(vehicleId, { latitude, longitude, speed: isNumber(speed) ? speed : null, time, source });
  }

  /** Takes a vehicle's state, unless a newer one is known. */
  moved(vehicle: string, { latitude, longitude, speed, time, source }: Sighting): void {
    const before = this.#latest.get(vehicle);
    if (before !== undefined && (before[TIME] > time || (before[TIME] === time && before[SOURCE] === source))) return;
    const kind = this.#alerts.get(vehicle)?.kind ?? null;
    this.#set([vehicle, latitude, longitude, speed, kind, time, source]);
  }

  /** Takes an alert. @param time when it was written, in ms since the epoch */
  alert(vehicle: string, kind: string, time: number): void {
    this.#alerts.delete(vehicle);
    this.#alerts.set(vehicle, { kind, until: time + ALERT_MS });
    this.#colour(vehicle, kind);
    if (this.#alerts.size > MOST) this.#alerts.delete(this.#alerts.keys().next().value as string);
  }

  all(): VehicleChanges['changed'] {
    return [...this.#latest.values()];
  }

  /** What has changed since the last call; undefined for nothing. @param now ms since the epoch */
  changes(now: number): VehicleChanges | undefined {
    for (const [vehicle, { until }] of this.#alerts) {
      // In order of their time: the rest is newer.
      if (until > now) break;
      this.#alerts.delete(vehicle);
      this.#colour(vehicle, null);
    }
    if (this.#changed.size === 0 && this.#removed.length === 0) return undefined;
    const changed = [...this.#changed].flatMap((vehicle) => {
      const latest = this.#latest.get(vehicle);
      return latest === undefined ? [] : [latest];
    });
    const removed = this.#removed;
    this.#changed = new Set();
    this.#removed = [];
    return { changed, removed };
  }

  #colour(vehicle: string, kind: string | null): void {
    const latest = this.#latest.get(vehicle);
    if (latest === undefined || latest[KIND] === kind) return;
    this.#set(latest.with(KIND, kind) as Vehicle);
  }

  #set(vehicle: Vehicle): void {
    const [id] = vehicle;
    this.#latest.delete(id);
    this.#latest.set(id, vehicle);
    this.#changed.add(id);
    if (this.#latest.size <= MOST) return;
    const oldest = this.#latest.keys().next().value as string;
    this.#latest.delete(oldest);
    this.#changed.delete(oldest);
    this.#removed.push(oldest);
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
