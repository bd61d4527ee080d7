import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamodbOf } from '#local/deploy/servers.ts';
import { plain, type Tables } from '#proof/readback/dynamodb.ts';
import { ALERTS, DEMO, LOGINS_PROCESSED, PROCESSED, PROCESSED_ORDERS, TRIPS } from '#proof/topics.ts';
import { headerOf, type Item, type LogRecord, nameOf } from '#proof/world.ts';

/** An item that a record is in, or would be, had a newer one not come after it. */
export interface FoundItem {
  table: string;
  item: Item;
  holds: boolean;
}

type Lookup = (record: LogRecord) => readonly { table: keyof Tables['tables']; key: Record<string, AttributeValue> }[];

const text = (value: unknown): AttributeValue => ({ S: String(value) });

/** The items that a record of a topic goes to. */
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
  [DEMO]: ({ topic, partition, offset }) => {
    return [
      { table: 'records', key: { topicPartition: text(`${topic}-${partition}`), offset: { N: String(offset) } } },
    ];
  },
};

/** The items of the records that were found. @param origin the record that they all came from */
export async function findItems(place: Tables, origin: LogRecord, records: readonly LogRecord[]): Promise<FoundItem[]> {
  const client = dynamodbOf({ dynamodb: place.endpoint });
  try {
    const found = new Map<string, FoundItem>();
    for (const record of [origin, ...records]) {
      for (const { table, key } of lookups[record.topic]?.(record) ?? []) {
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

/** A latest state's version ends with the place of the record that it came from; other items are that record's alone. */
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
