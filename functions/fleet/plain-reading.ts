import { isPlainIdentifier } from '#lib/decode.ts';
import { orZero, RANGES, type Range, VEHICLE_ID_LENGTH } from './limits.ts';

/**
 * A reading in the form that nearly all have, valid and without anything to convert: the same as by the schema, at a
 * tenth of its cost. The test holds the two equal.
 * @param json with a timestamp that `plainMs` has accepted
 * @returns undefined where the schema must decide
 */
export function plainReading(json: Readonly<Record<string, unknown>>) {
  const { vehicleId, location } = json;
  if (!isPlainIdentifier(vehicleId, VEHICLE_ID_LENGTH) || typeof location !== 'string') return undefined;
  const speed = plainNumber(json['speed'], RANGES.speed);
  const fuelLevel = plainNumber(json['fuelLevel'], RANGES.fuelLevel);
  const temperature = plainNumber(json['temperature'], RANGES.temperature);
  if (speed === null || fuelLevel === null || temperature === null) return undefined;
  return { vehicleId, location, speed, fuelLevel, temperature, timestamp: json['timestamp'] as string };
}

/** @returns undefined for a missing measurement, null where the schema must decide */
function plainNumber(value: unknown, { min, max }: Range): number | undefined | null {
  if (value === undefined) return undefined;
  return typeof value === 'number' && value >= min && value <= max ? orZero(value) : null;
}
