import * as z from 'zod';
import { decodeJsonObject, identifier, type JsonSource, optional, readJsonObject, validate } from '#lib/decode.ts';
import { checkEventTime, isoTime, plainMs, timeMs } from '#lib/event-time.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { orZero, RANGES, type Range, VEHICLE_ID_LENGTH } from './limits.ts';
import { type Location, parseLocation } from './location.ts';
import { plainReading } from './plain-reading.ts';

/** A reading or a trip with more bytes is invalid. */
const READING_LIMIT_BYTES = 64 * 1024;
/** A processed reading or an alert is a reading with a few numbers: twice the limit is generous. */
const PROCESSED_LIMIT_BYTES = 2 * READING_LIMIT_BYTES;

const measured = ({ min, max }: Range) => z.number().min(min).max(max).transform(orZero);
/** Phones and trackers send -1 for a value that they don't know, where a true value is never below 0. */
const UNKNOWN = -1;

const vehicleId = identifier(VEHICLE_ID_LENGTH);

/** A value of raw-data-topic, as vehicles send it. Other fields are dropped. */
export const readingSchema = z.object({
  vehicleId,
  location: z.string(),
  speed: optional(measured(RANGES.speed), UNKNOWN),
  fuelLevel: optional(measured(RANGES.fuelLevel), UNKNOWN),
  temperature: optional(measured(RANGES.temperature)),
  timestamp: isoTime,
});

const processedSchema = readingSchema.extend({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  distanceRemainingKm: optional(z.number().min(0)),
  estimatedArrival: optional(isoTime),
});

const alertSchema = z.object({ vehicleId, alert: identifier(64), timestamp: isoTime });

/** A trip as dispatchers send it, with the vehicle as key. A tombstone ends the trip. */
const tripSchema = z.object({
  vehicleId,
  tripId: identifier(128),
  destination: z.string(),
  plannedArrival: isoTime,
});

export type Reading = z.infer<typeof readingSchema>;

/** A value of processed-data-topic. */
export type ProcessedReading = z.infer<typeof processedSchema>;

/** A value of alerts-topic. `detail` holds the fields that only this kind of alert has. */
export type StoredAlert = z.infer<typeof alertSchema> & { detail: Record<string, unknown> };

/** A value of trips-topic: a trip, or a tombstone, which says that the vehicle has no trip from then on. */
export type TripChange =
  | { vehicleId: string; deleted: true }
  | (z.infer<typeof tripSchema> & { deleted: false; location: Location });

/** A reading that has passed every rule. `at` is its event time in ms since the epoch. */
export interface ValidReading {
  reading: Reading;
  location: Location;
  at: number;
}

/**
 * Decodes and validates one record of raw-data-topic.
 * @throws PermanentError with the code of the first rule that the record breaks
 */
export function readTelemetry(record: JsonSource & Pick<KafkaRecord, 'timestamp'>): ValidReading {
  const json = readJsonObject(record, READING_LIMIT_BYTES);
  const plainAt = plainMs(json['timestamp']);
  const reading = (plainAt !== undefined && plainReading(json)) || validate(readingSchema, json);
  const at = plainAt ?? timeMs(reading.timestamp);
  const { latitude, longitude } = parseLocation(reading.location);
  checkEventTime(at, record.timestamp);
  return { reading, location: { latitude: orZero(latitude), longitude: orZero(longitude) }, at };
}

/** @throws PermanentError where the record is not a processed reading; anybody may have written it */
export function readProcessed({ value }: Pick<KafkaRecord, 'value'>): ProcessedReading {
  return validate(processedSchema, decodeJsonObject(value, PROCESSED_LIMIT_BYTES));
}

/** @throws PermanentError where the record is not an alert */
export function readAlert({ value }: Pick<KafkaRecord, 'value'>): StoredAlert {
  const json = decodeJsonObject(value, PROCESSED_LIMIT_BYTES);
  const known = validate(alertSchema, json);
  const { vehicleId: _, alert: __, timestamp: ___, ...detail } = json;
  return { ...known, detail };
}

/** @throws PermanentError where the record is not a trip, or is a tombstone without a valid vehicle as key */
export function readTrip({ key, value }: Pick<KafkaRecord, 'key' | 'value'>): TripChange {
  if (value === null) {
    const named = validate(z.object({ key: vehicleId }), { key: key?.toString('utf8') });
    return { vehicleId: named.key, deleted: true };
  }
  const trip = validate(tripSchema, decodeJsonObject(value, READING_LIMIT_BYTES));
  return { ...trip, deleted: false, location: parseLocation(trip.destination, 'destination') };
}
