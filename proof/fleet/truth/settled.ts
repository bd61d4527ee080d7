import type { TripSample } from '../../latency/watch-trips.ts';
import type { TripEvent } from './trips.ts';

/** A reading that was handled: when it was produced, and when the last of what came of it was. ms since the epoch. */
export interface Handled {
  vehicleId: string;
  produced: number;
  /** infinite where nothing came of it: it may be handled at any time */
  done: number;
}

export interface SettledOptions {
  /** trips as they were seen in their table */
  seen: readonly TripSample[];
  /** how long a processor believes what it has read of a vehicle */
  cacheMs: number;
  handled: Iterable<Handled>;
}

/** From the table's answer until a processor has noted it, at most: then its cache's time begins. */
const READ_MS = 5_000;
/** Within which a trip is settled that was produced before anyone looked: as long as its sink and a cache may take. */
const UNWATCHED_MS = 30_000;

/**
 * Tells from when on a reading that is produced must meet a trip, or a later one (ms since the epoch): once the trip
 * was seen in its table, and no processor still believes what it has read before. It believes something only where it
 * has handled a reading of that vehicle shortly before. A trip that was never seen is never settled.
 */
export function settledFrom({ seen, cacheMs, handled }: SettledOptions): (event: TripEvent) => number {
  const since = seen.reduce((first, sample) => Math.min(first, sample.seen), Number.POSITIVE_INFINITY);
  const samples = Map.groupBy(seen, ({ vehicleId, tripId }) => nameOf(vehicleId, tripId));
  const readings = Map.groupBy(handled, ({ vehicleId }) => vehicleId);
  const isBelieved = (vehicleId: string, at: number) =>
    (readings.get(vehicleId) ?? []).some(({ produced, done }) => produced < at && done > at - cacheMs - READ_MS);

  return ({ vehicleId, timestamp, trip }) => {
    const unwatched = timestamp < since ? timestamp + cacheMs + UNWATCHED_MS : Number.POSITIVE_INFINITY;
    const own = samples.get(nameOf(vehicleId, trip?.tripId)) ?? [];
    const at = own.reduce(
      (first, sample) => (sample.seen < timestamp ? first : Math.min(first, sample.seen)),
      Number.POSITIVE_INFINITY,
    );
    return Math.min(unwatched, isBelieved(vehicleId, at) ? at + cacheMs + READ_MS : at);
  };
}

const nameOf = (vehicleId: string, tripId: string | undefined) => JSON.stringify([vehicleId, tripId]);
