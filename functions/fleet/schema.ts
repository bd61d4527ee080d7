import * as z from 'zod';
import { decodeJsonObject, identifier, optional, validate } from '#lib/decode.ts';
import { checkEventTime, isoTime } from '#lib/event-time.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { type Location, parseLocation } from './location.ts';

/** No reading of a vehicle has more bytes; one that does is no reading. */
export const READING_LIMIT_BYTES = 64 * 1024;

/** DynamoDB holds no number that is nearer to 0 and not 0: such a one is 0, in every store alike. */
const LEAST = 1e-130;
const orZero = (value: number): number => (Math.abs(value) < LEAST ? 0 : value);

const measured = (min: number, max: number) => z.number().min(min).max(max).transform(orZero);
/** Of what is never below 0, phones and trackers say -1 where they don't know it. */
const UNKNOWN = -1;

/** A reading as vehicles send it (seeds 000 and 001). Units: km/h, %, °C. Fields it doesn't name are left out. */
export const readingSchema = z.object({
  vehicleId: identifier(128),
  location: z.string(),
  speed: optional(measured(0, 1000), UNKNOWN),
  fuelLevel: optional(measured(0, 100), UNKNOWN),
  temperature: optional(measured(-100, 200)),
  timestamp: isoTime,
});

/** A trip as dispatchers send it, under its vehicle's key; a tombstone ends it. */
export const tripSchema = z.object({
  vehicleId: identifier(128),
  tripId: identifier(128),
  destination: z.string(),
  plannedArrival: isoTime,
});

export type Reading = z.infer<typeof readingSchema>;
export type Trip = z.infer<typeof tripSchema>;

/** A reading that has passed every rule. `at` is its event time in ms since the epoch. */
export interface ValidReading {
  reading: Reading;
  location: Location;
  at: number;
}

/**
 * Decodes and validates one record of raw-data-topic.
 * @throws PermanentError with the code of the first rule that it breaks
 */
export function readTelemetry(record: Pick<KafkaRecord, 'value' | 'timestamp'>): ValidReading {
  const reading = validate(readingSchema, decodeJsonObject(record.value, READING_LIMIT_BYTES));
  const { latitude, longitude } = parseLocation(reading.location);
  const at = Date.parse(reading.timestamp);
  checkEventTime(at, record.timestamp);
  return { reading, location: { latitude: orZero(latitude), longitude: orZero(longitude) }, at };
}
