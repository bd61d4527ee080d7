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

/** An alert, and the limit that was passed. */
export interface RaisedAlert {
  alert: Alert;
  /** in the unit of the alert's field; of Delay in minutes */
  threshold: number;
}

/** The fields that a rule adds to an alert, and its limit; undefined where the rule holds. */
type Rule = (
  sighting: Sighting,
  thresholds: Thresholds,
) => { fields: Record<string, string | number>; threshold: number } | undefined;

/** One row a kind of alert; its name is in the alert and in its `source`. */
const rules: Record<string, Rule> = {
  /** Seed 000: above the limit, not at it. */
  Speeding: ({ reading: { speed } }, { SPEED_LIMIT_KMH: threshold }) =>
    speed !== undefined && speed > threshold ? { fields: { speed }, threshold } : undefined,

  LowFuel: ({ reading: { fuelLevel } }, { LOW_FUEL_PERCENT: threshold }) =>
    fuelLevel !== undefined && fuelLevel < threshold ? { fields: { fuelLevel }, threshold } : undefined,

  Temperature: ({ reading: { temperature } }, { TEMPERATURE_MIN_C, TEMPERATURE_MAX_C }) => {
    if (temperature === undefined) return undefined;
    if (temperature < TEMPERATURE_MIN_C) return { fields: { temperature }, threshold: TEMPERATURE_MIN_C };
    return temperature > TEMPERATURE_MAX_C ? { fields: { temperature }, threshold: TEMPERATURE_MAX_C } : undefined;
  },

  /** Seed 001: the estimate is later than planned, by more than it is good for. */
  Delay: ({ trip }, { DELAY_MINUTES: threshold }) => {
    if (trip === undefined) return undefined;
    const { tripId, estimatedArrival, plannedArrival } = trip;
    const late = Date.parse(estimatedArrival) - Date.parse(plannedArrival);
    return late > threshold * 60_000 ? { fields: { tripId, estimatedArrival, plannedArrival }, threshold } : undefined;
  },
};

/** The alerts of one reading, one at most of each kind: `{vehicleId, alert, …the rule's fields, timestamp}`. */
export function alertsOf(sighting: Sighting, thresholds: Thresholds): RaisedAlert[] {
  const { vehicleId, timestamp } = sighting.reading;
  return Object.entries(rules).flatMap(([alert, rule]) => {
    const raised = rule(sighting, thresholds);
    if (raised === undefined) return [];
    return [{ alert: { vehicleId, alert, ...raised.fields, timestamp }, threshold: raised.threshold }];
  });
}
