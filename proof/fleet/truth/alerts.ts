import type { Reading } from './reading.ts';

/** As the stage's functions are configured. */
export interface Thresholds {
  speedLimitKmh: number;
  lowFuelPercent: number;
  temperatureMinC: number;
  temperatureMaxC: number;
  delayMinutes: number;
}

/** The kinds that follow from a reading alone, and the one that depends on when the trip was read. */
export const THRESHOLD_KINDS = ['Speeding', 'LowFuel', 'Temperature'] as const;
export const DELAY = 'Delay';
export const ALERT_KINDS = [...THRESHOLD_KINDS, DELAY] as const;

/** An alert's value, with nothing more and nothing less. */
export type AlertValue = { vehicleId: string; alert: string; timestamp: string } & Record<string, unknown>;

/** The alerts that a reading must raise by itself. Seed 000: above 80 km/h, not at it. */
export function thresholdAlerts(reading: Reading, limits: Thresholds): AlertValue[] {
  const { vehicleId, timestamp, speed, fuelLevel, temperature } = reading;
  const alerts: AlertValue[] = [];
  if (speed !== undefined && speed > limits.speedLimitKmh) {
    alerts.push({ vehicleId, alert: 'Speeding', speed, timestamp });
  }
  if (fuelLevel !== undefined && fuelLevel < limits.lowFuelPercent) {
    alerts.push({ vehicleId, alert: 'LowFuel', fuelLevel, timestamp });
  }
  if (temperature !== undefined && (temperature < limits.temperatureMinC || temperature > limits.temperatureMaxC)) {
    alerts.push({ vehicleId, alert: 'Temperature', temperature, timestamp });
  }
  return alerts;
}

/** The limit that an alert's reading has passed, in the unit of its field; of Delay in minutes. */
export function thresholdOf({ alert, temperature }: AlertValue, limits: Thresholds): number | undefined {
  const { temperatureMinC, temperatureMaxC } = limits;
  const thresholds: Record<string, number> = {
    Speeding: limits.speedLimitKmh,
    LowFuel: limits.lowFuelPercent,
    Temperature: Number(temperature) < temperatureMinC ? temperatureMinC : temperatureMaxC,
    Delay: limits.delayMinutes,
  };
  return thresholds[alert];
}
