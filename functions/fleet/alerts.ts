import type * as z from 'zod';
import { number } from '#lib/configuration.ts';
import { timeMs } from '#lib/event-time.ts';
import type { CurrentTrip, Estimate } from './estimate.ts';
import type { Reading } from './schema.ts';

/** The thresholds, as variables of processTelemetry's environment (functions.yml). */
export const thresholdVariables = {
  SPEED_LIMIT_KMH: number,
  LOW_FUEL_PERCENT: number,
  TEMPERATURE_MIN_C: number,
  TEMPERATURE_MAX_C: number,
  DELAY_MINUTES: number,
} satisfies z.ZodRawShape;

export type Thresholds = Readonly<Record<keyof typeof thresholdVariables, number>>;

/** Every field that a rule may add to an alert, and its type in the index of alerts. */
export const ALERT_FIELDS = {
  speed: 'number',
  fuelLevel: 'number',
  temperature: 'number',
  tripId: 'text',
  estimatedArrival: 'time',
  plannedArrival: 'time',
} as const;

type AlertFields = Partial<Record<keyof typeof ALERT_FIELDS, string | number>>;

/** A reading with what is known about its trip, if any. */
export interface Sighting {
  reading: Reading;
  trip?: (CurrentTrip & Estimate) | undefined;
}

export interface Alert extends AlertFields {
  vehicleId: string;
  alert: string;
  timestamp: string;
}

export interface RaisedAlert {
  alert: Alert;
  /** the limit that the reading has passed, in the unit of the alert's field; for Delay in minutes */
  threshold: number;
}

/** The fields that the rule adds to an alert, and the limit that the reading has passed; undefined for no alert. */
type Rule = (sighting: Sighting, thresholds: Thresholds) => { fields: AlertFields; threshold: number } | undefined;

/**
 * One row for each kind of alert. The kind is in the alert and in its `source`.
 *
 * To add a kind: a row here; for a new field a row in ALERT_FIELDS; for a new threshold a row in thresholdVariables and
 * one in functions.yml.
 */
const rules: Record<string, Rule> = {
  Speeding: ({ reading: { speed } }, { SPEED_LIMIT_KMH: threshold }) =>
    speed !== undefined && speed > threshold ? { fields: { speed }, threshold } : undefined,

  LowFuel: ({ reading: { fuelLevel } }, { LOW_FUEL_PERCENT: threshold }) =>
    fuelLevel !== undefined && fuelLevel < threshold ? { fields: { fuelLevel }, threshold } : undefined,

  Temperature: ({ reading: { temperature } }, { TEMPERATURE_MIN_C, TEMPERATURE_MAX_C }) => {
    if (temperature === undefined) return undefined;
    if (temperature < TEMPERATURE_MIN_C) return { fields: { temperature }, threshold: TEMPERATURE_MIN_C };
    return temperature > TEMPERATURE_MAX_C ? { fields: { temperature }, threshold: TEMPERATURE_MAX_C } : undefined;
  },

  /** The estimated arrival is later than planned by more than the threshold. */
  Delay: ({ trip }, { DELAY_MINUTES: threshold }) => {
    if (trip === undefined) return undefined;
    const { tripId, estimatedArrival, plannedArrival } = trip;
    const late = timeMs(estimatedArrival) - timeMs(plannedArrival);
    return late > threshold * 60_000 ? { fields: { tripId, estimatedArrival, plannedArrival }, threshold } : undefined;
  },
};

const kinds = Object.entries(rules);
const NONE: readonly RaisedAlert[] = [];

/** The alerts of one reading, at most one of each kind: `{vehicleId, alert, …the rule's fields, timestamp}`. */
export function alertsOf(sighting: Sighting, thresholds: Thresholds): readonly RaisedAlert[] {
  const { vehicleId, timestamp } = sighting.reading;
  let alerts: RaisedAlert[] | undefined;
  for (const [alert, rule] of kinds) {
    const raised = rule(sighting, thresholds);
    if (raised === undefined) continue;
    alerts ??= [];
    alerts.push({ alert: { vehicleId, alert, ...raised.fields, timestamp }, threshold: raised.threshold });
  }
  return alerts ?? NONE;
}
