import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamodbOf } from '#local/deploy/servers.ts';
import { ALERTS, PROCESSED, TRIPS } from '../fleet/places.ts';
import { LOGINS_PROCESSED } from '../logins/places.ts';
import { PROCESSED_ORDERS } from '../orders/places.ts';
import { plain, type Tables } from '../readback/dynamodb.ts';
import { headerOf, type Item, type LogRecord, nameOf } from '../world.ts';

/** The item under a record's key. */
export interface FoundItem {
  table: string;
  item: Item;
  /** false: a newer record has replaced this one's state */
  holds: boolean;
}

type Lookup = (record: LogRecord) => readonly { table: keyof Tables['tables']; key: Record<string, AttributeValue> }[];

const text = (value: unknown): AttributeValue => ({ S: String(value) });

/** By topic: the items to which a record is written. */
const lookups: Record<string, Lookup> = {
  [PROCESSED]: (record) => {
    const { vehicleId } = parsed(record);
    return [{ table: 'vehicles', key: { vehicleId: text(vehicleId) } }];
  },
  [ALERTS]: (record) => {
    const { vehicleId, alert } = parsed(record);
    return [{ table: 'alerts', key: { vehicleId: text(vehicleId), alert: text(alert) } }];
  },
  [TRIPS]: (record) => {
    const vehicleId = record.value === null ? record.key?.toString('utf8') : parsed(record)['vehicleId'];
    return [{ table: 'trips', key: { vehicleId: text(vehicleId) } }];
  },
  [PROCESSED_ORDERS]: (record) => {
    const source = headerOf(record, 'source') ?? nameOf(record);
    return [{ table: 'orders', key: { order_id: text(parsed(record)['order_id']), source: text(source) } }];
  },
  [LOGINS_PROCESSED]: (record) => {
    const { user_id, device_id } = parsed(record);
    return [
      { table: 'users', key: { user_id: text(user_id) } },
      ...(typeof device_id === 'string' ? [{ table: 'devices', key: { device_id: text(device_id) } } as const] : []),
    ];
  },
};

/** A record of any other topic, such as demo_topic, is in the table of generic records, if it is stored at all. */
const genericRecord: Lookup = ({ topic, partition, offset }) => [
  { table: 'records', key: { topicPartition: text(`${topic}-${partition}`), offset: { N: String(offset) } } },
];

/** Finds the items of these records. @param origin the record that all of them come from */
export async function findItems(place: Tables, origin: LogRecord, records: readonly LogRecord[]): Promise<FoundItem[]> {
  const client = dynamodbOf({ dynamodb: place.endpoint });
  try {
    const found = new Map<string, FoundItem>();
    for (const record of [origin, ...records]) {
      for (const { table, key } of (lookups[record.topic] ?? genericRecord)(record)) {
        const { Item } = await client.send(
          new GetItemCommand({ TableName: place.tables[table], Key: key, ConsistentRead: true }),
        );
        if (Item === undefined) continue;
        const item = plain(Item);
        found.set(`${table} ${JSON.stringify(key)}`, { table, item, holds: isOf(item, origin) });
      }
    }
    return [...found.values()];
  } finally {
    client.destroy();
  }
}

/** The version of a latest state ends with its record's partition and offset. Other items belong to one record only. */
function isOf({ version }: Item, { partition, offset }: LogRecord): boolean {
  if (typeof version !== 'string') return true;
  return version.endsWith(`-${String(partition).padStart(10, '0')}-${String(offset).padStart(20, '0')}`);
}

function parsed(record: LogRecord): Record<string, unknown> {
  try {
    return JSON.parse(String(record.value)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
