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

/** Below it a vehicle stands, or crawls through a jam or a yard: its speed says nothing about the rest of the way. */
const MOVING_KMH = 20;
/** What is assumed then: a usual average of long-distance lorries with their stops. */
const ASSUMED_KMH = 60;

/**
 * Remaining distance and arrival.
 *
 * Method: the distance is the great circle from the reading's location to the destination, a lower bound of any road.
 * The arrival is the reading's own time plus that distance at the reading's own speed; where it has none, or one
 * below 20 km/h, at 60 km/h. It is a function of the reading and the trip alone, with no memory of earlier readings:
 * the same record gives the same estimate however often it is delivered.
 */
export function estimate({ reading, location, at }: ValidReading, trip: CurrentTrip): Estimate {
  const distance = distanceKm(location, trip.destination);
  const pace = reading.speed !== undefined && reading.speed >= MOVING_KMH ? reading.speed : ASSUMED_KMH;
  return {
    distanceRemainingKm: Math.round(distance * 1000) / 1000,
    estimatedArrival: new Date(at + (distance / pace) * 3_600_000).toISOString(),
  };
}
