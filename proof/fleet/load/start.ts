import { type GeneratorOptions, type RunningGenerator, runAtRate } from '../../load/generator.ts';
import { badMark, createManifest, goodMark, type WritableManifest } from '../../load/manifest.ts';
import { startPace } from '../../load/pace.ts';
import { type GeneratorProducer, startProducer } from '../../load/producer.ts';
import { createRandom } from '../../load/random.ts';
import type { GeneratedRecord } from '../../load/record.ts';
import { createSpoiler, type Share } from '../../load/spoiler.ts';
import type { FleetManifest, TripChange } from '../facts.ts';
import { RAW, TRIPS } from '../places.ts';
import { ALERTS, readingMark } from './alerts.ts';
import { BAD_RECORDS } from './bad-records.ts';
import { createFleet, type Fleet, type FleetStep } from './fleet.ts';
import type { Trip } from './trips.ts';

export interface FleetGeneratorOptions extends GeneratorOptions {
  vehicles: number;
  /** Readings per second in all; one per second and vehicle by default. */
  rate?: number | undefined;
  /** The share of bad records, 0 to 1. */
  bad?: Share | undefined;
  /** What vehicle ids start with, "V" by default. */
  prefix?: string | undefined;
  /** Resolves when the pipeline's table holds these trips; readings begin only then. */
  tripsReady: (trips: readonly Trip[]) => Promise<void>;
  /**
   * Resolves when the pipeline has handled this number of first readings. If it is given, the generator sends readings
   * for half a second, waits for it, and only then begins with its load.
   */
  warm?: ((readings: number) => Promise<void>) | undefined;
}

const DEFAULT_BAD = 0.01;
const WARM_UP_SECONDS = 0.5;
/** Short, because an alert's latency begins when its reading is made. */
const LINGER_MS = 25;
/** The share of readings without a key, as the producer in the requirements sends them. */
const WITHOUT_KEY = 0.02;

/**
 * Starts the fleet's load on raw-data-topic and trips-topic: first the trips, then readings at a constant rate.
 *
 * @throws Error where the brokers can't be reached, a trip isn't acknowledged, or `tripsReady` rejects
 * @example
 * const fleet = await startFleet({ brokers: '127.0.0.1:9092', seed: 7, vehicles: 200, tripsReady });
 * await fleet.finished;
 * const manifest = await fleet.stop();
 * manifest.at('raw-data-topic', 0, 17); // { kind: 'good', raises: ['Speeding'] }
 */
export async function startFleet(options: FleetGeneratorOptions): Promise<RunningGenerator<FleetManifest>> {
  const {
    brokers,
    seed,
    vehicles,
    rate = vehicles,
    bad = DEFAULT_BAD,
    prefix = 'V',
    tripsReady,
    warm,
    traces,
  } = options;
  const start = Date.now();
  const fleet = createFleet({ seed, vehicles, start, prefix });
  const firstTrips = fleet.trips.map(({ trip, delayed }) => changeOf(trip, start, delayed));
  const changes = { firstTrips, tripsReadyAt: start, tripChanges: [] as TripChange[] };
  const manifest = { ...createManifest(seed, start, BAD_RECORDS, ALERTS), ...changes };
  const topics = [RAW, TRIPS];
  const producer = await startProducer({ brokers, clientId: 'fleet', topics, manifest, lingerMs: LINGER_MS, traces });
  const toRecords = recordsOf(fleet, seed, bad, manifest.tripChanges);
  const make = (count: number, now: number) => Array.from({ length: count }, () => toRecords(now)).flat();
  const send = (count: number, now: number) => producer.send(make(count, now), now);
  try {
    await sendTrips(producer, manifest, fleet);
    await tripsReady(fleet.trips.map(({ trip }) => trip));
    manifest.tripsReadyAt = Date.now();
    if (warm) {
      await startPace({ rate, durationSeconds: WARM_UP_SECONDS, make: send }).finished;
      await producer.flush();
      await warm(manifest.topics[RAW]?.acknowledged ?? 0);
    }
  } catch (error) {
    await producer.stop();
    throw error;
  }
  return runAtRate(options, rate, producer, manifest, make);
}

async function sendTrips(producer: GeneratorProducer, manifest: WritableManifest, { trips }: Fleet): Promise<void> {
  producer.send(
    trips.map(({ trip }) => tripRecord(trip)),
    Date.now(),
  );
  await producer.flush();
  const acknowledged = manifest.topics[TRIPS]?.acknowledged ?? 0;
  if (acknowledged < trips.length) {
    const message = `only ${acknowledged} of ${trips.length} trips were acknowledged on ${TRIPS}`;
    throw new Error(message, { cause: producer.lastError() });
  }
}

/** Makes the next reading's record, good or spoiled; the record of its vehicle's new trip, if any, comes before it. */
export function recordsOf(fleet: Fleet, seed: number, bad: Share, tripChanges: TripChange[]) {
  const spoiler = createSpoiler(BAD_RECORDS, bad);
  const keys = createRandom(seed, -1);
  return (now: number): GeneratedRecord[] => {
    const step = fleet.next(now);
    const key = keys.chance(WITHOUT_KEY) ? null : step.reading.vehicleId;
    const reading = { topic: RAW, key, ...valueAndMark(step, spoiler.next(), now) };
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
  return { topic: TRIPS, key: trip.vehicleId, value: Buffer.from(JSON.stringify(trip)), mark: goodMark() };
}
