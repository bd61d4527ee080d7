import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { boundedCache } from '../../lib/bounded-cache.ts';
import type { Deadline } from '../../lib/deadline.ts';
import { batchGet } from '../../lib/stores/batch-get.ts';
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

/** Reads trips from their table through a cache of this execution environment, the oldest reads leaving first. */
export function tripReader({
  client,
  table,
  cacheMs,
  cacheSize = 10_000,
  now = Date.now,
}: TripReaderOptions): TripReader {
  const cache = boundedCache<CurrentTrip | undefined>({ ageMs: cacheMs, size: cacheSize, now });

  return {
    async of(vehicleIds, deadline) {
      const found = new Map<string, CurrentTrip | undefined>();
      const unknown: string[] = [];
      for (const id of new Set(vehicleIds)) {
        const known = cache.get(id);
        if (known === undefined) unknown.push(id);
        else found.set(id, known.value);
      }
      const keys = unknown.map((id) => ({ vehicleId: { S: id } }));
      const items = await batchGet({ client, table, code: 'TRIPS_UNREADABLE' }, keys, deadline);
      const trips = new Map(items.map((item) => [item['vehicleId']?.S, tripOf(item)]));
      for (const id of unknown) {
        found.set(id, trips.get(id));
        cache.set(id, trips.get(id));
      }
      return new Map([...found].flatMap(([id, trip]) => (trip === undefined ? [] : [[id, trip]])));
    },
  };
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
