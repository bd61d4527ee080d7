export const VEHICLE_ID_LENGTH = 128;

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The values of each measurement: km/h, %, °C. */
export const RANGES = {
  speed: { min: 0, max: 1000 },
  fuelLevel: { min: 0, max: 100 },
  temperature: { min: -100, max: 200 },
} as const;

/** DynamoDB can't store a number other than 0 that is nearer to 0 than this. It becomes 0, for every store. */
const LEAST = 1e-130;
export const orZero = (value: number): number => (Math.abs(value) < LEAST ? 0 : value);
