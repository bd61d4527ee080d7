import type { CurrentTrip, Estimate } from './estimate.ts';
import type { Reading } from './schema.ts';

export interface Thresholds {
  SPEED_LIMIT_KMH: number;
  LOW_FUEL_PERCENT: number;
  TEMPERATURE_MIN_C: number;
  TEMPERATURE_MAX_C: number;
  DELAY_MINUTES: number;
}

/** A reading with what is known of its trip, if any. */
export interface Sighting {
  reading: Reading;
  trip?: CurrentTrip & Estimate;
}

export interface Alert {
  vehicleId: string;
  alert: string;
  timestamp: string;
  [field: string]: string | number;
}

/** The fields that a rule adds to an alert, or undefined where the rule holds. */
type Rule = (sighting: Sighting, thresholds: Thresholds) => Record<string, string | number> | undefined;

/** One row a kind of alert; its name is in the alert and in its `source`. */
const rules: Record<string, Rule> = {
  /** Seed 000: above the limit, not at it. */
  Speeding: ({ reading: { speed } }, { SPEED_LIMIT_KMH }) =>
    speed !== undefined && speed > SPEED_LIMIT_KMH ? { speed } : undefined,

  LowFuel: ({ reading: { fuelLevel } }, { LOW_FUEL_PERCENT }) =>
    fuelLevel !== undefined && fuelLevel < LOW_FUEL_PERCENT ? { fuelLevel } : undefined,

  Temperature: ({ reading: { temperature } }, { TEMPERATURE_MIN_C, TEMPERATURE_MAX_C }) =>
    temperature !== undefined && (temperature < TEMPERATURE_MIN_C || temperature > TEMPERATURE_MAX_C)
      ? { temperature }
      : undefined,

  /** Seed 001: the estimate is later than planned, by more than it is good for. */
  Delay: ({ trip }, { DELAY_MINUTES }) => {
    if (trip === undefined) return undefined;
    const { tripId, estimatedArrival, plannedArrival } = trip;
    const late = Date.parse(estimatedArrival) - Date.parse(plannedArrival);
    return late > DELAY_MINUTES * 60_000 ? { tripId, estimatedArrival, plannedArrival } : undefined;
  },
};

/** The alerts of one reading, one at most of each kind: `{vehicleId, alert, …the rule's fields, timestamp}`. */
export function alertsOf(sighting: Sighting, thresholds: Thresholds): Alert[] {
  const { vehicleId, timestamp } = sighting.reading;
  return Object.entries(rules).flatMap(([alert, rule]) => {
    const fields = rule(sighting, thresholds);
    return fields === undefined ? [] : [{ vehicleId, alert, ...fields, timestamp }];
  });
}
