import type { TripSample } from '../facts.ts';
import type { TripEvent } from './trips.ts';

/** A reading that was handled: when it was produced, and when its last processed copy was. ms since the epoch. */
export interface Handled {
  vehicleId: string;
  produced: number;
  /** infinite where it has no processed copy: it may still be handled at any time */
  done: number;
}

export interface SettledOptions {
  /** trips as they were seen in their table */
  seen: readonly TripSample[];
  /** how long a processor caches a vehicle's trip */
  cacheMs: number;
  handled: Iterable<Handled>;
}

/** The longest time from the table's answer until the processor caches it. */
const READ_MS = 5_000;
/** For a trip that was produced before the watching began: the longest time that the sink may take to store it. */
const UNWATCHED_MS = 30_000;

/**
 * Tells when a trip is settled (ms since the epoch): readings that are produced from then on must use this trip or a
 * later one. That is when the trip was seen in its table and no processor still caches an older trip. A processor
 * caches one only if it handled a reading of that vehicle shortly before. A trip that was never seen is never settled.
 */
export function settledFrom({ seen, cacheMs, handled }: SettledOptions): (event: TripEvent) => number {
  const since = seen.reduce((first, sample) => Math.min(first, sample.seen), Number.POSITIVE_INFINITY);
  const samples = Map.groupBy(seen, ({ vehicleId, tripId }) => nameOf(vehicleId, tripId));
  const readings = Map.groupBy(handled, ({ vehicleId }) => vehicleId);
  const isCached = (vehicleId: string, at: number) =>
    (readings.get(vehicleId) ?? []).some(({ produced, done }) => produced < at && done > at - cacheMs - READ_MS);

  return ({ vehicleId, timestamp, trip }) => {
    const unwatched = timestamp < since ? timestamp + cacheMs + UNWATCHED_MS : Number.POSITIVE_INFINITY;
    const own = samples.get(nameOf(vehicleId, trip?.tripId)) ?? [];
    const at = own.reduce(
      (first, sample) => (sample.seen < timestamp ? first : Math.min(first, sample.seen)),
      Number.POSITIVE_INFINITY,
    );
    return Math.min(unwatched, isCached(vehicleId, at) ? at + cacheMs + READ_MS : at);
  };
}

const nameOf = (vehicleId: string, tripId: string | undefined) => JSON.stringify([vehicleId, tripId]);
