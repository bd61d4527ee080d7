import { goodMark, type Mark } from '../../load/manifest.ts';

/** Alerts that follow from a reading alone. */
export const THRESHOLD_ALERTS = ['Speeding', 'LowFuel', 'Temperature'] as const;
export type ThresholdAlert = (typeof THRESHOLD_ALERTS)[number];

/** All alerts that a reading may raise: Delay depends on when the trip is read. */
export const ALERTS = [...THRESHOLD_ALERTS, 'Delay'] as const;

/** The mark of a good reading. @param delayed whether the vehicle's trip at that moment is late */
export function readingMark(alerts: readonly ThresholdAlert[], delayed: boolean): Mark {
  return goodMark<(typeof ALERTS)[number]>(ALERTS, delayed ? [...alerts, 'Delay'] : alerts);
}
