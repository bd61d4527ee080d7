import type { Random } from '../../load/random.ts';
import { type Point, round, toLocation } from './geo.ts';

/** A value of raw-data-topic: speed in km/h, fuelLevel in %, temperature in °C, timestamp in ISO 8601. */
export interface Reading {
  vehicleId: string;
  location: string;
  speed?: number;
  fuelLevel?: number;
  temperature?: number;
  timestamp: string;
}

/** What a device measured at a point and a time (ms since the epoch). */
export interface Measurement extends Point {
  vehicleId: string;
  time: number;
  speed?: number;
  fuelLevel?: number;
  temperature?: number;
}

/** The reading as a device sends it, with one decimal. */
export function toReading({ vehicleId, time, speed, fuelLevel, temperature, ...point }: Measurement): Reading {
  return {
    vehicleId,
    location: toLocation(point),
    ...(speed !== undefined && { speed: round(speed, 1) }),
    ...(fuelLevel !== undefined && { fuelLevel: round(fuelLevel, 1) }),
    ...(temperature !== undefined && { temperature: round(temperature, 1) }),
    timestamp: new Date(time).toISOString(),
  };
}

/** Leaves out fields that a device doesn't always send. The requirements' sample reading has none of the three. */
export function withoutSome(random: Random, measurement: Required<Measurement>): Measurement {
  const { speed, fuelLevel, temperature, ...always } = measurement;
  return {
    ...always,
    ...(random.chance(0.94) && { speed }),
    ...(random.chance(0.85) && { fuelLevel }),
    ...(random.chance(0.8) && { temperature }),
  };
}
