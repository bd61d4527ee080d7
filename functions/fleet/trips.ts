import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Deadline, retry } from '../../lib/deadline.ts';
import { TransientError } from '../../lib/errors.ts';
import { storeCall } from '../../lib/stores/call.ts';
import type { CurrentTrip } from './estimate.ts';
import { parseLocation } from './location.ts';

export interface TripReader {
  /**
   * The current trips of those vehicles that have one.
   * @throws TransientError where the table can't be read before the deadline
   */
  of(vehicleIds: readonly string[], deadline: Deadline): Promise<ReadonlyMap<string, CurrentTrip>>;
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
const TIMEOUT_MS = 3_000;

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
    async of(vehicleIds, deadline) {
      const found = new Map<string, CurrentTrip | undefined>();
      const unknown: string[] = [];
      for (const id of new Set(vehicleIds)) {
        const known = cache.get(id);
        if (known === undefined || known.readAt + cacheMs <= now()) unknown.push(id);
        else found.set(id, known.trip);
      }
      const read = (ids: string[]) => readTrips(client, table, ids, deadline);
      const reads = [];
      for (let i = 0; i < unknown.length; i += KEYS) reads.push(read(unknown.slice(i, i + KEYS)));
      const trips = new Map((await Promise.all(reads)).flatMap((some) => [...some]));
      for (const id of unknown) {
        found.set(id, trips.get(id));
        remember(id, trips.get(id));
      }
      return new Map([...found].flatMap(([id, trip]) => (trip === undefined ? [] : [[id, trip]])));
    },
  };
}

async function readTrips(
  client: DynamoDBClient,
  table: string,
  ids: string[],
  deadline: Deadline,
): Promise<Map<string, CurrentTrip>> {
  const trips = new Map<string, CurrentTrip>();
  let keys: Record<string, AttributeValue>[] = ids.map((id) => ({ vehicleId: { S: id } }));
  const call = { store: 'TRIPS_UNREADABLE', deadline, timeoutMs: TIMEOUT_MS };
  const readSome = async () => {
    const get = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys } } });
    const answer = await storeCall(call, (options) => client.send(get, options));
    for (const item of answer.Responses?.[table] ?? []) {
      const trip = tripOf(item);
      if (trip !== undefined) trips.set(item['vehicleId']?.S ?? '', trip);
    }
    keys = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    if (keys.length > 0) throw new TransientError(call.store, `${keys.length} trips were left unread: throttled`);
  };
  await retry(readSome, { deadline });
  return trips;
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
