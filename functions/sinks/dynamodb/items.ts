import { isUtf8 } from 'node:buffer';
import { hasTimestamp } from '#lib/event-time.ts';
import { partitionName } from '#lib/kafka/batch.ts';
import type { KafkaRecord } from '#lib/kafka/records.ts';
import { firstCoordinates } from '#lib/kafka/redrive.ts';
import { type Item, item } from '#lib/stores/attributes.ts';
import { ALERT_FIELDS } from '../../fleet/alerts.ts';
import { readAlert, readProcessed, readTrip } from '../../fleet/schema.ts';
import { readProcessedLogin } from '../../logins/schema.ts';
import { readProcessedOrder } from '../../orders/schema.ts';
import { identityOf, originOf } from '../identity.ts';
import type { ItemKind } from '../routes.ts';
import { storedTime } from '../stored-time.ts';
import { versionOf } from './version.ts';

export interface Clock {
  /** ms since the epoch */
  readonly now: number;
  /** how long a tombstone is kept, in days */
  readonly tombstoneDays: number;
  /** how long a login is kept after its event time, in days */
  readonly loginDays: number;
}

/**
 * Which record of an entity stays in the table: the first one; the newest by `version`; or, as in compaction, the last
 * one of its partition, and between partitions the newest by `version`.
 */
export type Stays = 'first' | 'newest' | 'last';

export interface Entity {
  /** the item's key attributes */
  readonly key: readonly [string, ...string[]];
  readonly stays: Stays;
  /**
   * Attributes that some items of the table lack: a newer state without them removes them. An attribute that is no
   * longer written must stay here as long as stored items have it.
   */
  readonly optional?: readonly string[];
  /**
   * @returns undefined where the record has no such entity
   * @throws PermanentError where the record can't be an item of this table
   */
  readonly item: (record: KafkaRecord, clock: Clock) => Item | undefined;
}

const DAY_SECONDS = 86_400;

/** The tables by kind of item. */
export const entities: Readonly<Record<ItemKind, Entity>> = {
  vehicles: {
    key: ['vehicleId'],
    stays: 'newest',
    optional: ['speed', 'fuelLevel', 'temperature', 'distanceRemainingKm', 'estimatedArrival'],
    item(record) {
      const { timestamp, location: _, ...reading } = readProcessed(record);
      const version = versionOf(Date.parse(timestamp), originOf(record));
      return item({ ...reading, version, source: identityOf(record), eventTime: storedTime(timestamp) });
    },
  },
  alerts: {
    key: ['vehicleId', 'alert'],
    stays: 'newest',
    optional: [...Object.keys(ALERT_FIELDS), 'detail'],
    item(record) {
      const { detail, ...alert } = readAlert(record);
      const version = versionOf(Date.parse(alert.timestamp), originOf(record));
      return item({ ...detailAttributes(detail), ...alert, version, source: identityOf(record) });
    },
  },
  /**
   * The order in the log decides which trip of a vehicle is the last one, not the clocks of the writers. Kafka's
   * timestamps decide only between partitions: after partitions were added, a vehicle has records in two of them. A
   * tombstone is a soft delete: the item stays until no older trip can come again.
   */
  trips: {
    key: ['vehicleId'],
    stays: 'last',
    optional: ['tripId', 'destination', 'plannedArrival', 'expiresAt'],
    item(record, { now, tombstoneDays }) {
      const { vehicleId, ...change } = readTrip(record);
      const { partition, offset } = firstCoordinates(record);
      const place = { vehicleId, version: versionOf(record.timestamp, { partition, offset }), partition, offset };
      if (change.deleted) {
        const expiresAt = Math.floor(now / 1000) + tombstoneDays * DAY_SECONDS;
        return item({ ...place, deleted: true, expiresAt });
      }
      const { tripId, destination, plannedArrival } = change;
      return item({ ...place, deleted: false, tripId, destination, plannedArrival });
    },
  },
  /** An order_id that was sent twice becomes two items. */
  orders: {
    key: ['order_id', 'source'],
    stays: 'first',
    item(record) {
      const { timestamp, ...order } = readProcessedOrder(record);
      return item({ ...order, source: identityOf(record), eventTime: storedTime(timestamp) });
    },
  },
  users: {
    key: ['user_id'],
    stays: 'newest',
    optional: ['ip', 'device_id'],
    item: (record, clock) => loginItem(record, clock),
  },
  /** A login without a device has no item here. */
  devices: {
    key: ['device_id'],
    stays: 'newest',
    optional: ['ip'],
    item: (record, clock) => (readProcessedLogin(record).device_id === null ? undefined : loginItem(record, clock)),
  },
  records: {
    key: ['topicPartition', 'offset'],
    stays: 'first',
    item(record) {
      const { timestamp, key, value } = record;
      const first = firstCoordinates(record);
      const texts = { ...textOrBytes('key', key), ...textOrBytes('value', value) };
      return item({ topicPartition: partitionName(first), offset: first.offset, timestamp, ...texts });
    },
  },
};

/** Each known field of an alert is an attribute. All others are in one: any names can't be in `optional`. */
function detailAttributes(detail: Readonly<Record<string, unknown>>): object {
  const others = Object.entries(detail).filter(([name]) => !Object.hasOwn(ALERT_FIELDS, name));
  if (others.length === 0) return detail;
  const known = Object.entries(detail).filter(([name]) => Object.hasOwn(ALERT_FIELDS, name));
  return { ...Object.fromEntries(known), detail: Object.fromEntries(others) };
}

/** A missing field has no attribute. */
function loginItem(record: KafkaRecord, { now, loginDays }: Clock): Item {
  const { timestamp, ip, device_id, ...login } = readProcessedLogin(record);
  const time = Date.parse(timestamp);
  const came = hasTimestamp(record.timestamp) ? record.timestamp : now;
  return item({
    ...login,
    ip: ip ?? undefined,
    device_id: device_id ?? undefined,
    version: versionOf(time, originOf(record)),
    source: identityOf(record),
    eventTime: storedTime(timestamp),
    // Never before the login came: TTL never removes items that expired over five years ago ("Using time to live
    // (TTL)").
    expiresAt: Math.max(Math.floor(time / 1000) + loginDays * DAY_SECONDS, Math.floor(came / 1000)),
  });
}

function textOrBytes(name: string, bytes: Buffer | null): object {
  if (bytes === null) return {};
  return isUtf8(bytes) ? { [name]: bytes.toString('utf8') } : { [`${name}Bytes`]: bytes };
}
