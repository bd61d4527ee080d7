import { toLocation } from './geo.ts';
import type { VehicleState } from './vehicle.ts';

/** A value of trips-topic. */
export interface Trip {
  vehicleId: string;
  tripId: string;
  destination: string;
  plannedArrival: string;
}

/** A trip that a vehicle set out on in the run, for readings from `time` (ms since the epoch) on. */
export interface TripChange {
  vehicleId: string;
  tripId: string;
  time: number;
  /** Whether every reading under the new trip must raise a Delay alert. */
  delayed: boolean;
}

const HOUR = 3_600_000;
/** Before now: however near the vehicle is, it arrives more than any allowance later than that. */
const TOO_EARLY = -3 * HOUR;
/** Even at 10 km/h the longest leg (New York to Los Angeles, some 3,900 km) takes less: no estimate comes later. */
const FAR_TOO_LATE = 30 * 24 * HOUR;

/**
 * The trip to the vehicle's present destination. Its planned arrival is hopeless or generous, never borderline: the
 * estimate that it is compared with depends on when the trip is read.
 *
 * @param run tells this run's trips from those of another
 */
export function tripOf(
  vehicleId: string,
  { leg, destination }: VehicleState,
  delayed: boolean,
  time: number,
  run: string,
): Trip {
  return {
    vehicleId,
    tripId: `${vehicleId}-${run}-${leg}`,
    destination: toLocation(destination),
    plannedArrival: new Date(time + (delayed ? TOO_EARLY : FAR_TOO_LATE)).toISOString(),
  };
}
