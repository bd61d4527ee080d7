import { toLocation } from './geo.ts';
import type { VehicleState } from './vehicle.ts';

/** A value of trips-topic. */
export interface Trip {
  vehicleId: string;
  tripId: string;
  destination: string;
  plannedArrival: string;
}

const HOUR = 3_600_000;
/** Before now: even a vehicle at its destination is later than any allowed delay. */
const TOO_EARLY = -3 * HOUR;
/** Even at 10 km/h the longest leg (New York to Los Angeles, about 3,900 km) takes less time: no estimate is later. */
const FAR_TOO_LATE = 30 * 24 * HOUR;

/**
 * The trip to the vehicle's present destination. Its planned arrival is hours too early or weeks too late, never near
 * the limit, because the estimate that it is compared with depends on when the trip is read.
 *
 * @param run makes this run's trip ids differ from those of other runs
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
