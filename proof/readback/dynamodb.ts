import { type AttributeValue, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { dynamodbOf } from '#local/deploy/servers.ts';
import { merged } from '../domains.ts';
import type { Item, Items } from '../world.ts';
import type { StackReadback } from './readback.ts';

export interface Tables {
  endpoint: string;
  /** their physical names */
  tables: Record<keyof Items, string>;
}

/** The logical ids of the tables. */
const TABLES = merged('tables') as Readonly<Record<keyof Items, string>>;

/** Every table, scanned with consistent reads. */
export const dynamodb: StackReadback<Tables, Items> = {
  placeOf: (endpoints, refOf) => ({
    endpoint: endpoints.dynamodb,
    tables: Object.fromEntries(Object.entries(TABLES).map(([name, id]) => [name, refOf(id)])) as Tables['tables'],
  }),
  read: readItems,
};

async function readItems({ endpoint, tables }: Tables): Promise<Items> {
  const client = dynamodbOf({ dynamodb: endpoint });
  try {
    const items = {} as Items;
    for (const name of Object.keys(tables) as (keyof Items)[]) items[name] = await scan(client, tables[name]);
    return items;
  } finally {
    client.destroy();
  }
}

async function scan(client: DynamoDBClient, table: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
    for (const item of page.Items ?? []) items.push(plain(item));
  }
  return items;
}

/** An item's attributes as plain values: numbers as numbers, binaries as buffers. */
export function plain(item: Record<string, AttributeValue>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: AttributeValue): unknown {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.B !== undefined) return Buffer.from(value.B);
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(plainValue);
  if (value.M !== undefined) return plain(value.M);
  return value;
}
