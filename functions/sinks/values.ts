import * as z from 'zod';
import { decodeJsonObject, identifier, optional, validate } from '#lib/decode.ts';
import { isoTime } from '#lib/event-time.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { type Location, parseLocation } from '../fleet/location.ts';
import { READING_LIMIT_BYTES, readingSchema, type Trip, tripSchema } from '../fleet/schema.ts';
import { productId } from '../orders/schema.ts';

/** A processed reading or an alert is a reading and a few numbers: twice its limit is generous. */
const LIMIT_BYTES = 2 * READING_LIMIT_BYTES;

const processedSchema = readingSchema.extend({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  distanceRemainingKm: optional(z.number().min(0)),
  estimatedArrival: optional(isoTime),
});

const vehicleId = identifier(128);
const alertSchema = z.object({ vehicleId, alert: identifier(64), timestamp: isoTime });

const money = z.number().min(0);
const metricsSchema = z.object({
  window_start: z.int(),
  window_end: z.int(),
  product_id: productId,
  order_count: z.int().min(1),
  total_revenue: money,
  avg_order_value: money,
});

/** A value of product-metrics: seed 003's six fields; times in seconds since the epoch, money to the cent. */
export type ProductMetrics = z.infer<typeof metricsSchema>;

/** A value of processed-data-topic. */
export type ProcessedReading = z.infer<typeof processedSchema>;

/** A value of alerts-topic; `detail` holds the fields that are its kind's own. */
export type Alert = z.infer<typeof alertSchema> & { detail: Record<string, unknown> };

/** A value of trips-topic: a trip, or that the vehicle of that key has none from then on. */
export type TripChange = { vehicleId: string; deleted: true } | (Trip & { deleted: false; location: Location });

/** @throws PermanentError where the record, whoever wrote it, is no processed reading */
export function readProcessed({ value }: Pick<KafkaRecord, 'value'>): ProcessedReading {
  return validate(processedSchema, decodeJsonObject(value, LIMIT_BYTES));
}

/** @throws PermanentError where the record is no alert */
export function readAlert({ value }: Pick<KafkaRecord, 'value'>): Alert {
  const json = decodeJsonObject(value, LIMIT_BYTES);
  const known = validate(alertSchema, json);
  const { vehicleId: _, alert: __, timestamp: ___, ...detail } = json;
  return { ...known, detail };
}

/** @throws PermanentError where the record is no result of a window */
export function readMetrics({ value }: Pick<KafkaRecord, 'value'>): ProductMetrics {
  return validate(metricsSchema, decodeJsonObject(value, LIMIT_BYTES));
}

/** @throws PermanentError where the record is no trip, or a tombstone whose key names no vehicle */
export function readTrip({ key, value }: Pick<KafkaRecord, 'key' | 'value'>): TripChange {
  if (value === null) {
    const named = validate(z.object({ key: vehicleId }), { key: key?.toString('utf8') });
    return { vehicleId: named.key, deleted: true };
  }
  const trip = validate(tripSchema, decodeJsonObject(value, READING_LIMIT_BYTES));
  return { ...trip, deleted: false, location: parseLocation(trip.destination, 'destination') };
}

/** A time as the stores keep it: UTC, to the millisecond. */
export function storedTime(iso: string): string {
  return new Date(iso).toISOString();
}
