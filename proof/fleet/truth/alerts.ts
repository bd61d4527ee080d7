import type { Thresholds } from '../facts.ts';
import type { Reading } from './reading.ts';

/** The kinds that follow from a reading alone. Delay also depends on when the trip was read. */
export const THRESHOLD_KINDS = ['Speeding', 'LowFuel', 'Temperature'] as const;
export const DELAY = 'Delay';
export const ALERT_KINDS = [...THRESHOLD_KINDS, DELAY] as const;

/** An alert's value, with exactly these fields and those of its kind. */
export type AlertValue = { vehicleId: string; alert: string; timestamp: string } & Record<string, unknown>;

/** The alerts that a reading alone must raise. A value equal to the limit raises none. */
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

/** The limit that an alert's reading passed, in the unit of its field; for Delay in minutes. */
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
