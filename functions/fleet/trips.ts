import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { boundedCache } from '#lib/bounded-cache.ts';
import type { Deadline } from '#lib/deadline.ts';
import { PermanentError } from '#lib/errors.ts';
import { isoTime } from '#lib/event-time.ts';
import { batchGet } from '#lib/stores/batch-get.ts';
import type { CurrentTrip } from './estimate.ts';
import { type Location, parseLocation } from './location.ts';

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
  /** how long a trip, or the fact that there is none, is used after it was read */
  cacheMs: number;
  /** the most vehicles in the cache */
  cacheSize?: number;
  /** called with the number of items of a read that are not trips, if any; their vehicles have no trip */
  malformed?: (count: number) => void;
  now?: () => number;
}

/**
 * Reads trips from their table through a cache of this execution environment. The cache drops the oldest reads first.
 */
export function tripReader({
  client,
  table,
  cacheMs,
  cacheSize = 10_000,
  malformed = () => {},
  now = Date.now,
}: TripReaderOptions): TripReader {
  const cache = boundedCache<CurrentTrip | undefined>({ ageMs: cacheMs, size: cacheSize, now });

  return {
    async of(vehicleIds, deadline) {
      const found = new Map<string, CurrentTrip>();
      const unknown: string[] = [];
      for (const id of new Set(vehicleIds)) {
        const known = cache.get(id);
        if (known === undefined) unknown.push(id);
        else if (known.value !== undefined) found.set(id, known.value);
      }
      if (unknown.length === 0) return found;
      const keys = unknown.map((id) => ({ vehicleId: { S: id } }));
      const items = await batchGet({ client, table, code: 'TRIPS_UNREADABLE' }, keys, deadline);
      const read = items
        .filter((item) => !item['deleted']?.BOOL)
        .map((item) => [item['vehicleId']?.S, tripOf(item)] as const);
      const trips = new Map(read);
      const wrong = read.filter(([, trip]) => trip === undefined).length;
      if (wrong > 0) malformed(wrong);
      for (const id of unknown) {
        const trip = trips.get(id);
        cache.set(id, trip);
        if (trip !== undefined) found.set(id, trip);
      }
      return found;
    },
  };
}

/**
 * Reads an item that the sink wrote. An item of another writer, or of an older version of the sink, may not be a trip:
 * that must not make readings fail or wait.
 */
function tripOf({ tripId, destination, plannedArrival }: Record<string, AttributeValue>): CurrentTrip | undefined {
  if (!tripId?.S || !isoTime.safeParse(plannedArrival?.S).success) return undefined;
  const location = locationOf(destination?.S ?? '');
  return location && { tripId: tripId.S, destination: location, plannedArrival: plannedArrival?.S ?? '' };
}

function locationOf(text: string): Location | undefined {
  try {
    return parseLocation(text, 'destination');
  } catch (error) {
    if (error instanceof PermanentError) return undefined;
    throw error;
  }
}
