import type { Manifest } from '../manifest.ts';

/** The alert thresholds that the stage's functions have. */
export interface Thresholds {
  speedLimitKmh: number;
  lowFuelPercent: number;
  temperatureMinC: number;
  temperatureMaxC: number;
  delayMinutes: number;
}

export interface FleetFacts {
  thresholds: Thresholds;
  /** TRIP_CACHE_SECONDS */
  tripCacheSeconds: number;
  /** TOMBSTONE_DAYS */
  tombstoneDays: number;
  /** what the live watchers saw; empty where none ran */
  samples: {
    alerts: readonly AlertSample[];
    vehicles: readonly VehicleSample[];
    documents: readonly DocumentSample[];
    /** of the whole run: they tell when a trip is settled */
    trips: readonly TripSample[];
  };
}

/** A trip that a vehicle started in the run. It applies to readings from `time` on (ms since the epoch). */
export interface TripChange {
  vehicleId: string;
  tripId: string;
  time: number;
  /** Whether every reading of this trip must raise a Delay alert. */
  delayed: boolean;
}

/**
 * If the expectation of a good reading raises Delay, the vehicle's trip at that moment is late. Around a trip's change,
 * for TRIP_CACHE_SECONDS and the pipeline's own delay, the pipeline may judge a reading by the other trip.
 */
export interface FleetManifest extends Manifest {
  /** The first trip of each vehicle. The pipeline's table held all of them before `tripsReadyAt`. */
  firstTrips: TripChange[];
  /** When readings began, ms since the epoch. */
  tripsReadyAt: number;
  /** Trips that changed in the run, in order of time. */
  tripChanges: TripChange[];
}

/** An alert that arrived at a consumer. */
export interface AlertSample {
  /** the alert's `source`: `raw-data-topic-<partition>-<offset>/<kind>` */
  source: string;
  /** ms since the epoch */
  arrived: number;
}

/** A vehicle's item that was seen to have changed. */
export interface VehicleSample {
  /** the item's `source`: the raw record's coordinates */
  source: string;
  /** when a read first found it, ms since the epoch */
  seen: number;
}

/** An alert that a search has found. */
export interface DocumentSample {
  /** the alert's `source`: `raw-data-topic-<partition>-<offset>/<kind>` */
  source: string;
  /** when a search first found it, ms since the epoch */
  seen: number;
}

/** A vehicle's trip that was seen in its table. */
export interface TripSample {
  vehicleId: string;
  /** undefined: a tombstone says that the vehicle has no trip */
  tripId: string | undefined;
  /** when a read first found it, ms since the epoch: every later read finds this trip or a newer one */
  seen: number;
}
