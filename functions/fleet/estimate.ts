import { distanceKm, type Location } from './location.ts';
import type { ValidReading } from './schema.ts';

/** A vehicle's current trip, as the trips table holds it. */
export interface CurrentTrip {
  tripId: string;
  destination: Location;
  /** ISO 8601 */
  plannedArrival: string;
}

export interface Estimate {
  /** great circle, in km, to the metre */
  distanceRemainingKm: number;
  /** ISO 8601, UTC */
  estimatedArrival: string;
}

/**
 * Below this speed a vehicle stands still, or is in a traffic jam or a yard: its speed says nothing about the rest of
 * the trip.
 */
const MOVING_KMH = 20;
/** The assumed speed then: a usual average of long-distance trucks, including stops. */
const ASSUMED_KMH = 60;

/**
 * Remaining distance and arrival.
 *
 * Method: the distance is the great circle from the reading's location to the destination, a lower bound for any road.
 * The arrival is the reading's time plus the time for that distance at the reading's speed, or at 60 km/h if the speed
 * is missing or below 20 km/h. The estimate depends on the reading and the trip alone, not on earlier readings: the
 * same record gives the same estimate each time.
 */
export function estimate({ reading, location, at }: ValidReading, trip: CurrentTrip): Estimate {
  const distance = distanceKm(location, trip.destination);
  const pace = reading.speed !== undefined && reading.speed >= MOVING_KMH ? reading.speed : ASSUMED_KMH;
  return {
    distanceRemainingKm: Math.round(distance * 1000) / 1000,
    estimatedArrival: new Date(at + (distance / pace) * 3_600_000).toISOString(),
  };
}
