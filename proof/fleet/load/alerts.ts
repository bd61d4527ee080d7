import { goodMark, type Mark } from '../../load/manifest.ts';
import type { Reading } from './readings.ts';

/**
 * Alerts that follow from a reading alone, with the thresholds of serverless.yml. They are repeated on purpose: an
 * expectation read from the code under test proves nothing.
 */
const RULES = {
  Speeding: ({ speed }) => speed !== undefined && speed > 80,
  LowFuel: ({ fuelLevel }) => fuelLevel !== undefined && fuelLevel < 15,
  Temperature: ({ temperature }) => temperature !== undefined && (temperature < -10 || temperature > 40),
} satisfies Record<string, (reading: Reading) => boolean>;

export type ThresholdAlert = keyof typeof RULES;
const THRESHOLD_ALERTS = Object.keys(RULES) as ThresholdAlert[];

/** All alerts that a reading may raise: Delay depends on when the trip is read. */
export const ALERTS = [...THRESHOLD_ALERTS, 'Delay'] as const;

/** The alerts that a reading alone must raise. */
export function alertsOf(reading: Reading): ThresholdAlert[] {
  return THRESHOLD_ALERTS.filter((kind) => RULES[kind](reading));
}

/** The mark of a good reading. @param delayed whether the vehicle's trip at that moment is late */
export function readingMark(alerts: readonly ThresholdAlert[], delayed: boolean): Mark {
  return goodMark<(typeof ALERTS)[number]>(ALERTS, delayed ? [...alerts, 'Delay'] : alerts);
}
