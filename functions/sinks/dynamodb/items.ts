import { isUtf8 } from 'node:buffer';
import { partitionName } from '../../../lib/kafka/batch.ts';
import type { KafkaRecord } from '../../../lib/kafka/records.ts';
import { type Item, item } from '../../../lib/stores/attributes.ts';
import { identityOf, originOf } from '../identity.ts';
import type { ItemKind } from '../routes.ts';
import { readAlert, readProcessed, readTrip, storedTime } from '../values.ts';
import { versionOf } from './version.ts';

export interface Clock {
  /** ms since the epoch */
  readonly now: number;
  /** how long a tombstone is kept, in days */
  readonly tombstoneDays: number;
}

export interface Entity {
  /** the item's key attributes */
  readonly key: readonly [string, ...string[]];
  /** whether its items have a `version`, by which the newest stays; else the first one does */
  readonly versioned: boolean;
  /** @throws PermanentError where the record can't be an item of this table */
  readonly item: (record: KafkaRecord, clock: Clock) => Item;
}

const DAY_SECONDS = 86_400;

/** The tables by what they hold. */
export const entities: Readonly<Record<ItemKind, Entity>> = {
  vehicles: {
    key: ['vehicleId'],
    versioned: true,
    item(record) {
      const { timestamp, location: _, ...reading } = readProcessed(record);
      const version = versionOf(Date.parse(timestamp), originOf(record));
      return item({ ...reading, version, source: identityOf(record), eventTime: storedTime(timestamp) });
    },
  },
  alerts: {
    key: ['vehicleId', 'alert'],
    versioned: true,
    item(record) {
      const { detail, ...alert } = readAlert(record);
      const version = versionOf(Date.parse(alert.timestamp), originOf(record));
      return item({ ...detail, ...alert, version, source: identityOf(record) });
    },
  },
  /** A tombstone is a soft delete: its version has to outlast an older trip that comes again. */
  trips: {
    key: ['vehicleId'],
    versioned: true,
    item(record, { now, tombstoneDays }) {
      const { vehicleId, ...change } = readTrip(record);
      const version = versionOf(record.timestamp, record);
      if (change.deleted) {
        const expiresAt = Math.floor(now / 1000) + tombstoneDays * DAY_SECONDS;
        return item({ vehicleId, version, deleted: true, expiresAt });
      }
      const { tripId, destination, plannedArrival } = change;
      return item({ vehicleId, version, deleted: false, tripId, destination, plannedArrival });
    },
  },
  records: {
    key: ['topicPartition', 'offset'],
    versioned: false,
    item(record) {
      const { offset, timestamp, key, value } = record;
      const texts = { ...textOrBytes('key', key), ...textOrBytes('value', value) };
      return item({ topicPartition: partitionName(record), offset, timestamp, ...texts });
    },
  },
};

function textOrBytes(name: string, bytes: Buffer | null): object {
  if (bytes === null) return {};
  return isUtf8(bytes) ? { [name]: bytes.toString('utf8') } : { [`${name}Bytes`]: bytes };
}
