import { isUtf8 } from 'node:buffer';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { firstCoordinates } from '#lib/kafka/redrive.ts';
import { readAlert, readProcessed, readTrip } from '../../fleet/schema.ts';
import { readProcessedLogin } from '../../logins/schema.ts';
import { readMetric, readProcessedOrder } from '../../orders/schema.ts';
import { identityOf } from '../identity.ts';
import type { RowKind } from '../routes.ts';
import { storedTime } from '../stored-time.ts';
import { isStorableJson, isStorableText } from './storable.ts';

type ColumnType =
  | 'text'
  | 'int'
  | 'bigint'
  | 'boolean'
  | 'double precision'
  | 'numeric'
  | 'timestamptz'
  | 'jsonb'
  | 'inet'
  | 'bytea';

/** Replaces an existing row of the same key: the row with the higher number stays. */
export interface Replacement {
  readonly key: readonly string[];
  readonly higher: string;
}

export interface Table {
  /** column -> type, as in resources/sql */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** absent: an existing row stays unchanged */
  readonly replaces?: Replacement;
  /**
   * A record's row as JSON text: columns by name, missing columns are null, bytes are in base64.
   * @throws PermanentError where the record can't be a row of this table
   */
  readonly row: (record: KafkaRecord) => string;
}

/** The tables by name. */
export const tables: Readonly<Record<RowKind, Table>> = {
  readings: {
    columns: {
      source: 'text',
      vehicle_id: 'text',
      event_time: 'timestamptz',
      latitude: 'double precision',
      longitude: 'double precision',
      speed: 'double precision',
      fuel_level: 'double precision',
      temperature: 'double precision',
      distance_remaining_km: 'double precision',
      estimated_arrival: 'timestamptz',
    },
    row(record) {
      const reading = readProcessed(record);
      return JSON.stringify({
        source: identityOf(record),
        vehicle_id: reading.vehicleId,
        event_time: storedTime(reading.timestamp),
        latitude: reading.latitude,
        longitude: reading.longitude,
        speed: reading.speed,
        fuel_level: reading.fuelLevel,
        temperature: reading.temperature,
        distance_remaining_km: reading.distanceRemainingKm,
        estimated_arrival: reading.estimatedArrival && storedTime(reading.estimatedArrival),
      });
    },
  },
  alerts: {
    columns: { source: 'text', vehicle_id: 'text', alert: 'text', event_time: 'timestamptz', detail: 'jsonb' },
    row(record) {
      const { vehicleId, alert, timestamp, detail } = readAlert(record);
      const source = identityOf(record);
      return JSON.stringify({ source, vehicle_id: vehicleId, alert, event_time: storedTime(timestamp), detail });
    },
  },
  trips: {
    columns: {
      source: 'text',
      vehicle_id: 'text',
      trip_id: 'text',
      destination_latitude: 'double precision',
      destination_longitude: 'double precision',
      planned_arrival: 'timestamptz',
      deleted: 'boolean',
    },
    row(record) {
      const change = readTrip(record);
      const row = { source: identityOf(record), vehicle_id: change.vehicleId, deleted: change.deleted };
      if (change.deleted) return JSON.stringify(row);
      return JSON.stringify({
        ...row,
        trip_id: change.tripId,
        destination_latitude: change.location.latitude,
        destination_longitude: change.location.longitude,
        planned_arrival: storedTime(change.plannedArrival),
      });
    },
  },
  orders: {
    columns: {
      source: 'text',
      order_id: 'text',
      user_id: 'text',
      product_id: 'text',
      product_name: 'text',
      amount: 'numeric',
      event_time: 'timestamptz',
    },
    row(record) {
      const { timestamp, ...order } = readProcessedOrder(record);
      return JSON.stringify({ source: identityOf(record), ...order, event_time: storedTime(timestamp) });
    },
  },
  product_metrics: {
    columns: {
      window_start: 'bigint',
      window_end: 'bigint',
      product_id: 'text',
      order_count: 'bigint',
      total_revenue: 'numeric',
      avg_order_value: 'numeric',
    },
    replaces: { key: ['window_start', 'product_id'], higher: 'order_count' },
    row: (record) => JSON.stringify(readMetric(record)),
  },
  logins: {
    columns: {
      source: 'text',
      user_id: 'text',
      app_version: 'text',
      ip: 'inet',
      locale: 'text',
      device_id: 'text',
      device_type: 'text',
      event_time: 'timestamptz',
    },
    row(record) {
      const { timestamp, ...login } = readProcessedLogin(record);
      return JSON.stringify({ source: identityOf(record), ...login, event_time: storedTime(timestamp) });
    },
  },
  records: {
    columns: {
      source: 'text',
      topic: 'text',
      partition: 'int',
      offset: 'bigint',
      timestamp: 'timestamptz',
      key_text: 'text',
      key_bytes: 'bytea',
      value_json: 'jsonb',
      value_text: 'text',
      value_bytes: 'bytea',
    },
    row(record) {
      const { key, value } = record;
      const { topic, partition, offset } = firstCoordinates(record);
      const head = {
        source: identityOf(record),
        topic,
        partition,
        offset,
        timestamp: kafkaTime(record),
        ...keyColumn(key),
      };
      return `${JSON.stringify(head).slice(0, -1)}${valueColumn(value)}}`;
    },
  },
};

const LAST_MS_OF_9999 = 253_402_300_799_999;

/**
 * PostgreSQL writes times that it can't hold as `-infinity` and `infinity`. Kafka's -1 means no timestamp, and clients
 * may send any number.
 */
function kafkaTime({ timestamp }: KafkaRecord): string {
  if (timestamp < 0) return '-infinity';
  return timestamp > LAST_MS_OF_9999 ? 'infinity' : new Date(timestamp).toISOString();
}

function keyColumn(key: Buffer | null): object {
  if (key === null) return {};
  const text = textOf(key);
  return text === undefined ? { key_bytes: key.toString('base64') } : { key_text: text };
}

/**
 * The value is in one of three columns: as JSON, verbatim (jsonb keeps every digit of a number), if jsonb can hold it;
 * otherwise as text; otherwise as bytes. The JSON text `null` is stored as text, as null in all three columns means a
 * tombstone.
 */
function valueColumn(value: Buffer | null): string {
  if (value === null) return '';
  const text = textOf(value);
  if (text === undefined) return `,"value_bytes":"${value.toString('base64')}"`;
  return isStorableJson(text) ? `,"value_json":${text}` : `,"value_text":${JSON.stringify(text)}`;
}

function textOf(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return isStorableText(text) ? text : undefined;
}
