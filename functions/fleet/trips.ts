import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { TransientError } from '../../lib/errors.ts';
import type { CurrentTrip } from './estimate.ts';
import { parseLocation } from './location.ts';

export interface TripReader {
  /** The current trips of those vehicles that have one. @throws TransientError where the table can't be read */
  of(vehicleIds: readonly string[]): Promise<ReadonlyMap<string, CurrentTrip>>;
}

export interface TripReaderOptions {
  client: DynamoDBClient;
  table: string;
  /** a trip, or that there is none, is believed for so long */
  cacheMs: number;
  /** vehicles remembered at most */
  cacheSize?: number;
  now?: () => number;
}

interface Remembered {
  trip: CurrentTrip | undefined;
  readAt: number;
}

/** BatchGetItem takes 100 keys (DynamoDB service quotas). */
const KEYS = 100;

/** Reads trips from their table through a cache of this execution environment, the oldest reads leaving first. */
export function tripReader({
  client,
  table,
  cacheMs,
  cacheSize = 10_000,
  now = Date.now,
}: TripReaderOptions): TripReader {
  const cache = new Map<string, Remembered>();

  function remember(vehicleId: string, trip: CurrentTrip | undefined): void {
    cache.delete(vehicleId);
    cache.set(vehicleId, { trip, readAt: now() });
    if (cache.size > cacheSize) cache.delete(cache.keys().next().value as string);
  }

  return {
    async of(vehicleIds) {
      const wanted = [...new Set(vehicleIds)];
      const found = new Map<string, CurrentTrip>();
      const unknown = wanted.filter((id) => (cache.get(id)?.readAt ?? Number.NEGATIVE_INFINITY) + cacheMs <= now());
      const reads = [];
      for (let i = 0; i < unknown.length; i += KEYS) reads.push(readTrips(client, table, unknown.slice(i, i + KEYS)));
      const read = new Map((await Promise.all(reads)).flatMap((trips) => [...trips]));
      for (const id of unknown) remember(id, read.get(id));
      for (const id of wanted) {
        const trip = read.get(id) ?? cache.get(id)?.trip;
        if (trip !== undefined) found.set(id, trip);
      }
      return found;
    },
  };
}

async function readTrips(client: DynamoDBClient, table: string, ids: string[]): Promise<Map<string, CurrentTrip>> {
  const trips = new Map<string, CurrentTrip>();
  let keys: Record<string, AttributeValue>[] = ids.map((id) => ({ vehicleId: { S: id } }));
  while (keys.length > 0) {
    const answer = await batchGet(client, table, keys);
    for (const item of answer.Responses?.[table] ?? []) {
      const trip = tripOf(item);
      if (trip !== undefined) trips.set(item['vehicleId']?.S ?? '', trip);
    }
    keys = answer.UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return trips;
}

async function batchGet(client: DynamoDBClient, table: string, keys: Record<string, AttributeValue>[]) {
  try {
    return await client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys } } }));
  } catch (error) {
    throw new TransientError('TRIPS_UNREADABLE', 'the trips table could not be read', { cause: error });
  }
}

/** An item of the table as its sink writes it; a soft delete is no trip. */
function tripOf(item: Record<string, AttributeValue>): CurrentTrip | undefined {
  const { tripId, destination, plannedArrival, deleted } = item;
  if (deleted?.BOOL || !tripId?.S || !destination?.S || !plannedArrival?.S) return undefined;
  return {
    tripId: tripId.S,
    destination: parseLocation(destination.S, 'destination'),
    plannedArrival: plannedArrival.S,
  };
}
