import type { VehicleChanges } from '../../contract.ts';
import { mercator } from './mercator.ts';

export interface Vehicle {
  id: string;
  latitude: number;
  longitude: number;
  /** the place on the map, in its own units */
  x: number;
  y: number;
  /** km/h; null where its reading had none */
  speed: number | null;
  /** the kind of its latest alert of the last minute */
  alert: string | null;
  /** event time, ms since the epoch */
  time: number;
  source: string;
}

/** Changes the vehicles in place: one object for each vehicle, however often it moves. */
export function applyVehicles(vehicles: Map<string, Vehicle>, { changed, removed }: VehicleChanges): void {
  for (const [id, latitude, longitude, speed, alert, time, source] of changed) {
    const { x, y } = mercator(longitude, latitude);
    const vehicle = vehicles.get(id);
    if (vehicle === undefined) vehicles.set(id, { id, latitude, longitude, x, y, speed, alert, time, source });
    else Object.assign(vehicle, { latitude, longitude, x, y, speed, alert, time, source });
  }
  for (const id of removed) vehicles.delete(id);
}
