import { BatchGetItemCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { dynamodbOf } from '#local/deploy/servers.ts';
import { lookRepeatedly } from './look-repeatedly.ts';
import type { Watch } from './watch-alerts.ts';

/** A vehicle's item that was seen to have changed. */
export interface VehicleSample {
  /** the item's `source`: the raw record's coordinates */
  source: string;
  /** when a read first found it, ms since the epoch */
  seen: number;
}

const WATCHED = 20;

/**
 * Reads up to 20 vehicles' items five times a second, consistently, and notes each new `source`: an item keeps no
 * trace of when it was written, and latest states in between are never seen. A sample is late by the poll at most
 * (200 ms), never early. It costs the table 5 reads a second.
 */
export function watchVehicles({ endpoint, table }: { endpoint: string; table: string }): Watch<VehicleSample> {
  const client = dynamodbOf({ dynamodb: endpoint });
  const samples: VehicleSample[] = [];
  const known = new Map<string, string>();
  let ids: string[] = [];

  const look = async () => {
    if (ids.length < WATCHED) ids = await someVehicles(client, table);
    if (ids.length === 0) return;
    const found = await sourcesOf(client, table, ids);
    const seen = Date.now();
    for (const [id, source] of found) {
      // The first sight of a vehicle says nothing of when it was written.
      if (known.has(id) && known.get(id) !== source) samples.push({ source, seen });
      known.set(id, source);
    }
  };
  const stop = lookRepeatedly(look);

  return {
    seen: () => samples.length,
    async stop() {
      await stop();
      client.destroy();
      return samples;
    },
  };
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
