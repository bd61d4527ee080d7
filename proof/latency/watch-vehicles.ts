import { BatchGetItemCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { dynamodbOf } from '#local/deploy/servers.ts';
import type { VehicleSample } from '../fleet/facts.ts';
import { type Watch, watchRepeatedly } from './watch.ts';

const WATCHED = 20;

/**
 * Reads up to 20 vehicles' items up to five times a second, consistently, and notes each new `source`. (An item doesn't tell
 * when it was written.) It misses states that lasted less than that. A sample is at most 200 ms late (the time between
 * two reads), and never early. The table has 5 more reads a second.
 */
export function watchVehicles({ endpoint, table }: { endpoint: string; table: string }): Watch<VehicleSample> {
  const client = dynamodbOf({ dynamodb: endpoint });
  const known = new Map<string, string>();
  let ids: string[] = [];

  const look = async (samples: VehicleSample[]) => {
    if (ids.length < WATCHED) ids = await someVehicles(client, table);
    if (ids.length === 0) return;
    const found = await sourcesOf(client, table, ids);
    const seen = Date.now();
    for (const [id, source] of found) {
      // The first read of a vehicle doesn't tell when its item was written.
      if (known.has(id) && known.get(id) !== source) samples.push({ source, seen });
      known.set(id, source);
    }
  };
  return watchRepeatedly(look, () => client.destroy());
}

async function someVehicles(client: DynamoDBClient, table: string): Promise<string[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table, Limit: WATCHED }));
  return Items.map((item) => item['vehicleId']?.S ?? '');
}

async function sourcesOf(client: DynamoDBClient, table: string, ids: readonly string[]): Promise<Map<string, string>> {
  const Keys = ids.map((id) => ({ vehicleId: { S: id } }));
  const request = { [table]: { Keys, ConsistentRead: true } };
  const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: request }));
  return new Map((Responses?.[table] ?? []).map((item) => [item['vehicleId']?.S ?? '', item['source']?.S ?? '']));
}
