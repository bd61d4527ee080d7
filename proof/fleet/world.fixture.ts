import { createManifest, goodMark, type Mark } from '../load/manifest.ts';
import { createLog, headersOf, inOrder, iso, json, PARTITIONS, type Part, versionText } from '../log.fixture.ts';
import { type Item, type LogRecord, nameOf, sourceOf } from '../world.ts';
import type { TripChange } from './facts.ts';
import { ALERTS as ALERT_NAMES, readingMark, type ThresholdAlert } from './load/alerts.ts';
import { ALERTS, PROCESSED, RAW, RAW_DLQ, TRIPS } from './places.ts';

const CAUSES = [
  { cause: 'null value', code: 'NULL_VALUE', message: 'the record has no value' },
  { cause: 'speed in words', code: 'SCHEMA', message: 'speed: wrong' },
];
const THRESHOLDS = {
  speedLimitKmh: 80,
  lowFuelPercent: 15,
  temperatureMinC: -10,
  temperatureMaxC: 40,
  delayMinutes: 15,
};
/** The limit in each alert's header. */
const LIMITS: Record<string, number> = { Speeding: 80, LowFuel: 15, Temperature: 40, Delay: 15 };
const FAR = '2027-03-01T00:00:00.000Z';
const PAST = '2026-11-21T00:00:00.000Z';

/**
 * Right trips, readings and alerts, made by hand as the pipeline must produce them. The destination is the vehicle's
 * location, so that the remaining distance is 0 and the arrival is now. Vehicle i is late where i % 4 == 0.
 * @param readings the number of readings; every 10th is bad
 */
export function fleetPart(readings: number, vehicles: number, start: number, run: number): Part<'fleet'> {
  const log = createLog();
  const own = createManifest(7, run, CAUSES, ALERT_NAMES);
  const firstTrips: TripChange[] = [];
  const manifest = { ...own, firstTrips, tripsReadyAt: start, tripChanges: [] };
  const rds: Part<'fleet'>['rds'] = { readings: [], alerts: [], trips: [] };
  const opensearch: NonNullable<Part<'fleet'>['opensearch']> = [];
  const latest = {
    vehicles: new Map<string, Item>(),
    alerts: new Map<string, Item>(),
    trips: new Map<string, Item>(),
  };
  let made = 0;
  const generate = (topic: string, partition: number, at: number, id: string, value: Buffer | null, mark: Mark) => {
    const headers = headersOf({ generated: `fleet-${run}/${made++}` });
    const record = log.append(topic, partition, at, { key: Buffer.from(id), value, headers });
    own.acknowledge(topic, partition, record.offset, mark);
    return record;
  };

  for (let v = 0; v < vehicles; v++) {
    const vehicleId = `V${v}`;
    const trip = { tripId: `T${v}`, destination: `10.5,${v % 180}`, plannedArrival: v % 4 === 0 ? PAST : FAR };
    const at = start - 2_000;
    firstTrips.push({ vehicleId, tripId: trip.tripId, time: at, delayed: v % 4 === 0 });
    const record = generate(TRIPS, v % PARTITIONS, at, vehicleId, json({ vehicleId, ...trip }), goodMark());
    rds.trips.push({
      source: nameOf(record),
      vehicle_id: vehicleId,
      trip_id: trip.tripId,
      destination_latitude: 10.5,
      destination_longitude: v % 180,
      planned_arrival: new Date(trip.plannedArrival),
      deleted: false,
    });
    const { partition, offset } = record;
    const version = versionText(at, record);
    latest.trips.set(vehicleId, { vehicleId, ...trip, version, partition, offset, deleted: false });
  }

  for (let i = 0; i < readings; i++) {
    const v = i % vehicles;
    const at = start + i * 100;
    const vehicleId = `V${v}`;
    const partition = v % PARTITIONS;
    const location = `10.5,${v % 180}`;
    if (i % 10 === 9) {
      const cause = Math.floor(i / 10) % 2;
      const value = cause === 0 ? null : json({ vehicleId, location: '1,2', speed: 'fast', timestamp: iso(at) });
      const { code, message } = CAUSES[cause] as (typeof CAUSES)[number];
      log.letter(RAW_DLQ, generate(RAW, partition, at, vehicleId, value, cause + 1), 'processTelemetry', code, message);
      continue;
    }
    const reading = {
      vehicleId,
      location,
      speed: i % 3 === 0 ? 85.5 : 60,
      fuelLevel: i % 4 === 0 ? 12 : 70,
      ...(i % 5 !== 0 && { temperature: i % 7 === 0 ? 45 : 4 }),
      timestamp: iso(at - 20),
    };
    const { timestamp } = reading;
    const alerts = alertsOf(reading);
    const late = v % 4 === 0;
    const raised = alerts.map(({ alert }) => alert as ThresholdAlert);
    const raw = generate(RAW, partition, at, vehicleId, json(reading), readingMark(raised, late));
    const source = nameOf(raw);
    const place = { latitude: 10.5, longitude: v % 180 };
    const value = { ...reading, ...place, distanceRemainingKm: 0, estimatedArrival: timestamp };
    log.append(PROCESSED, partition, at + 30, { key: raw.key, value: json(value), headers: headersOf({ source }) });
    rds.readings.push({
      source,
      vehicle_id: vehicleId,
      event_time: new Date(at - 20),
      ...place,
      speed: reading.speed,
      fuel_level: reading.fuelLevel,
      temperature: reading.temperature ?? null,
      distance_remaining_km: 0,
      estimated_arrival: new Date(timestamp),
      committed: new Date(at + 400),
    });
    const version = versionText(at - 20, raw);
    const { timestamp: eventTime, location: _, ...state } = value;
    latest.vehicles.set(vehicleId, { ...state, version, source, eventTime });

    const trip = { tripId: `T${v}`, estimatedArrival: timestamp, plannedArrival: PAST };
    const delay = { vehicleId, alert: 'Delay', ...trip, timestamp };
    for (const alert of [...alerts, ...(late ? [delay] : [])]) {
      const { vehicleId: __, alert: kind, timestamp: ___, ...detail } = alert;
      const id = `${source}/${kind}`;
      const threshold = LIMITS[kind];
      log.append(ALERTS, partition, at + 30, {
        key: raw.key,
        value: json(alert),
        headers: headersOf({ source: id, location, tripId: trip.tripId, threshold: String(threshold) }),
      });
      rds.alerts.push({ source: id, vehicle_id: vehicleId, alert: kind, event_time: new Date(at - 20), detail });
      const known = { source: id, vehicleId, alert: kind, eventTime, tripId: trip.tripId, threshold, ...detail };
      const where = { lat: place.latitude, lon: place.longitude };
      opensearch.push({ index: 'alerts-2026.11', id, source: { ...known, location: where } });
      latest.alerts.set(`${vehicleId}/${kind}`, { ...alert, version, source: id });
    }
  }

  return {
    records: log.records,
    rds,
    dynamodb: {
      vehicles: [...latest.vehicles.values()],
      alerts: [...latest.alerts.values()],
      trips: [...latest.trips.values()],
    },
    opensearch,
    generator: { manifest, causes: CAUSES.map(({ cause }) => cause) },
    facts: { thresholds: THRESHOLDS, tripCacheSeconds: 30, tombstoneDays: 30, samples: samplesOf(log.records) },
  };
}

/** The alerts that follow from a reading alone, in the order of their kinds. */
function alertsOf(reading: {
  vehicleId: string;
  speed: number;
  fuelLevel: number;
  temperature?: number;
  timestamp: string;
}) {
  const { vehicleId, speed, fuelLevel, temperature, timestamp } = reading;
  return [
    ...(speed > 80 ? [{ vehicleId, alert: 'Speeding', speed, timestamp }] : []),
    ...(fuelLevel < 15 ? [{ vehicleId, alert: 'LowFuel', fuelLevel, timestamp }] : []),
    ...((temperature ?? 0) > 40 ? [{ vehicleId, alert: 'Temperature', temperature, timestamp }] : []),
  ];
}

/** What live watchers would have seen: each alert when it was produced, and some items and documents later. */
function samplesOf(records: readonly LogRecord[]): Part<'fleet'>['facts']['samples'] {
  const of = (topic: string) => records.filter((record) => record.topic === topic).sort(inOrder);
  const later = (topic: string, ms: number) =>
    of(topic)
      .slice(0, 5)
      .map((record) => ({ source: sourceOf(record), seen: record.timestamp + ms }));
  return {
    alerts: of(ALERTS).map((record) => ({ source: sourceOf(record), arrived: record.timestamp })),
    vehicles: later(PROCESSED, 500),
    documents: later(ALERTS, 900),
    trips: [],
  };
}
