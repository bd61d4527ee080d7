import { type GeneratorOptions, type RunningGenerator, runAtRate } from '../../load/generator.ts';
import { badMark, createManifest, goodMark, type Manifest, type WritableManifest } from '../../load/manifest.ts';
import { type GeneratorProducer, startProducer } from '../../load/producer.ts';
import { createRandom } from '../../load/random.ts';
import type { GeneratedRecord } from '../../load/record.ts';
import { createSpoiler } from '../../load/spoiler.ts';
import { ALERTS, readingMark } from './alerts.ts';
import { BAD_RECORDS } from './bad-records.ts';
import { createFleet, type Fleet, type FleetStep } from './fleet.ts';
import { RAW_DATA_TOPIC, TRIPS_TOPIC } from './topics.ts';
import type { Trip, TripChange } from './trips.ts';

export interface FleetGeneratorOptions extends GeneratorOptions {
  vehicles: number;
  /** Readings per second in all; one per second and vehicle by default. */
  rate?: number | undefined;
  /** The share of bad records, 0 to 1. */
  bad?: number | undefined;
  /** What vehicle ids start with, "V" by default. */
  prefix?: string | undefined;
  /** Resolves when those trips can be read where the pipeline looks them up; readings begin only then. */
  tripsReady: (trips: readonly Trip[]) => Promise<void>;
}

/**
 * Delay among what a good reading raises says that the trip of that moment is late. For TRIP_CACHE_SECONDS and the
 * pipeline's own delay around a trip's change, a reading may still or already be judged by the other trip.
 */
export interface FleetManifest extends Manifest {
  /** The trips that the vehicles started with: each was where the pipeline looks it up before `tripsReadyAt`. */
  firstTrips: TripChange[];
  /** When readings began, ms since the epoch. */
  tripsReadyAt: number;
  /** Trips that changed in the run, in order of time. */
  tripChanges: TripChange[];
}

const DEFAULT_BAD = 0.01;
/** Seed 000's producer sends no key; here so many do the same. */
const WITHOUT_KEY = 0.02;

/**
 * Starts the fleet's load on raw-data-topic and trips-topic: trips first, then readings at an even rate.
 *
 * @throws Error where the brokers can't be reached, a trip isn't acknowledged, or `tripsReady` rejects
 * @example
 * const fleet = await startFleet({ brokers: '127.0.0.1:9092', seed: 7, vehicles: 200, tripsReady });
 * await fleet.finished;
 * const manifest = await fleet.stop();
 * manifest.at('raw-data-topic', 0, 17); // { kind: 'good', raises: ['Speeding'] }
 */
export async function startFleet(options: FleetGeneratorOptions): Promise<RunningGenerator<FleetManifest>> {
  const { brokers, seed, vehicles, rate = vehicles, bad = DEFAULT_BAD, prefix = 'V', tripsReady } = options;
  const start = Date.now();
  const fleet = createFleet({ seed, vehicles, start, prefix });
  const firstTrips = fleet.trips.map(({ trip, delayed }) => changeOf(trip, start, delayed));
  const changes = { firstTrips, tripsReadyAt: start, tripChanges: [] as TripChange[] };
  const manifest = { ...createManifest(seed, start, BAD_RECORDS, ALERTS), ...changes };
  const topics = [RAW_DATA_TOPIC, TRIPS_TOPIC];
  const producer = await startProducer({ brokers, clientId: 'fleet', topics, manifest });
  try {
    await sendTrips(producer, manifest, fleet);
    await tripsReady(fleet.trips.map(({ trip }) => trip));
    manifest.tripsReadyAt = Date.now();
  } catch (error) {
    await producer.stop();
    throw error;
  }
  const toRecords = recordsOf(fleet, seed, bad, manifest.tripChanges);
  return runAtRate(options, rate, producer, manifest, (count, now) =>
    Array.from({ length: count }, () => toRecords(now)).flat(),
  );
}

async function sendTrips(producer: GeneratorProducer, manifest: WritableManifest, { trips }: Fleet): Promise<void> {
  producer.send(
    trips.map(({ trip }) => tripRecord(trip)),
    Date.now(),
  );
  await producer.flush();
  const acknowledged = manifest.topics[TRIPS_TOPIC]?.acknowledged ?? 0;
  if (acknowledged < trips.length) {
    const message = `only ${acknowledged} of ${trips.length} trips were acknowledged on ${TRIPS_TOPIC}`;
    throw new Error(message, { cause: producer.lastError() });
  }
}

/** Makes the next reading's record, spoiled in its turn, after the record of its vehicle's new trip if there is one. */
export function recordsOf(fleet: Fleet, seed: number, bad: number, tripChanges: TripChange[]) {
  const spoiler = createSpoiler(BAD_RECORDS, bad);
  const keys = createRandom(seed, -1);
  return (now: number): GeneratedRecord[] => {
    const step = fleet.next(now);
    const key = keys.chance(WITHOUT_KEY) ? null : step.reading.vehicleId;
    const reading = { topic: RAW_DATA_TOPIC, key, ...valueAndMark(step, spoiler.next(), now) };
    if (!step.changed) return [reading];
    tripChanges.push(changeOf(step.trip, now, step.delayed));
    return [tripRecord(step.trip), reading];
  };
}

function changeOf({ vehicleId, tripId }: Trip, time: number, delayed: boolean): TripChange {
  return { vehicleId, tripId, time, delayed };
}

function valueAndMark({ reading, alerts, delayed }: FleetStep, cause: number | undefined, now: number) {
  const spoiled = cause === undefined ? undefined : BAD_RECORDS[cause];
  if (cause !== undefined && spoiled) return { value: spoiled.value(reading, now), mark: badMark(cause) };
  return { value: Buffer.from(JSON.stringify(reading)), mark: readingMark(alerts, delayed) };
}

function tripRecord(trip: Trip): GeneratedRecord {
  return { topic: TRIPS_TOPIC, key: trip.vehicleId, value: Buffer.from(JSON.stringify(trip)), mark: goodMark() };
}
