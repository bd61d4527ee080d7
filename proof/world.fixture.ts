import type { RecordRow } from './demo/places.ts';
import { DEMO, DEMO_DLQ } from './demo/places.ts';
import { TOPIC_NAMES, type TopicName } from './domains.ts';
import type { TripChange } from './fleet/facts.ts';
import { ALERTS as ALERT_NAMES, readingMark, type ThresholdAlert } from './fleet/load/alerts.ts';
import type { AlertRow, ReadingRow, TripRow } from './fleet/places.ts';
import { ALERTS, PROCESSED, RAW, RAW_DLQ, TRIPS } from './fleet/places.ts';
import type { ReportFacts } from './input.ts';
import { createManifest, goodMark, type Mark, type WritableManifest } from './load/manifest.ts';
import { LOGIN_CAUSES, LOGIN_FACTS, loginsPart } from './logins/world.fixture.ts';
import { ORDER_CAUSES, ordersPart } from './orders/world.fixture.ts';
import type { AlertDocument, ArchiveObject, Items, LogRecord, Rows, World } from './world.ts';

/** A world whose stores were all read. */
export interface WholeWorld extends World {
  s3: ArchiveObject[];
  rds: Rows;
  dynamodb: Items;
  opensearch: AlertDocument[];
  file: string[];
}

export interface Synthetic {
  world: WholeWorld;
  facts: ReportFacts;
}

export const START = Date.parse('2026-11-21T08:00:00.000Z');
const RUN = START - 60_000;
const PARTITIONS = 3;
const CAUSES = [
  { cause: 'null value', code: 'NULL_VALUE' },
  { cause: 'speed in words', code: 'SCHEMA' },
];
const FAR = '2027-03-01T00:00:00.000Z';
const PAST = '2026-11-21T00:00:00.000Z';

const buffers = (headers: Record<string, string>) =>
  new Map(Object.entries(headers).map(([name, value]) => [name, [Buffer.from(value)]]));
const iso = (ms: number) => new Date(ms).toISOString();
const version = (ms: number, { partition, offset }: LogRecord) =>
  `${String(ms).padStart(15, '0')}-${String(partition).padStart(10, '0')}-${String(offset).padStart(20, '0')}`;

/**
 * A small world in which everything is right, made by hand as the pipeline must produce it. The destination is the
 * vehicle's location, so that the remaining distance is 0 and the arrival is now. Vehicle i is late where i % 4 == 0.
 * @param readings the number of readings; every 10th is bad
 */
export function syntheticWorld(readings = 60, vehicles = 8): Synthetic {
  const firstTrips: TripChange[] = [];
  const manifest = {
    ...createManifest(7, RUN, CAUSES, ALERT_NAMES),
    firstTrips,
    tripsReadyAt: START,
    tripChanges: [] as TripChange[],
  };
  const topics = Object.fromEntries(
    TOPIC_NAMES.map((topic) => [
      topic,
      { partitions: [] as World['topics'][TopicName]['partitions'], records: [] as LogRecord[] },
    ]),
  ) as World['topics'];
  const rds: Rows = { readings: [], alerts: [], trips: [], records: [], orders: [], product_metrics: [], logins: [] };
  const latest = {
    vehicles: new Map<string, Items['vehicles'][0]>(),
    alerts: new Map<string, Items['alerts'][0]>(),
    trips: new Map<string, Items['trips'][0]>(),
  };
  const dynamodb: Items = { vehicles: [], alerts: [], trips: [], records: [], orders: [], users: [], devices: [] };
  const opensearch: AlertDocument[] = [];
  const next = new Map<string, number>();
  let made = 0;

  const append = (
    topic: TopicName,
    partition: number,
    timestamp: number,
    rest: Pick<LogRecord, 'key' | 'value' | 'headers'>,
  ) => {
    const log = `${topic}-${partition}`;
    const offset = next.get(log) ?? 0;
    next.set(log, offset + 1);
    const record: LogRecord = { topic, partition, offset, timestamp, ...rest };
    topics[topic].records.push(record);
    return record;
  };
  const generate = (
    topic: TopicName,
    partition: number,
    at: number,
    key: string | null,
    value: Buffer | null,
    mark: Mark,
  ) => {
    const headers = buffers({ generated: `${topic === DEMO ? 'demo' : 'fleet'}-${RUN}/${made++}` });
    const record = append(topic, partition, at, { key: key === null ? null : Buffer.from(key), value, headers });
    (topic === DEMO ? demoManifest : manifest).acknowledge(topic, partition, record.offset, mark);
    return record;
  };
  const demoManifest: WritableManifest = createManifest(7, RUN, []);

  for (let v = 0; v < vehicles; v++) {
    const vehicleId = `V${v}`;
    const trip = { tripId: `T${v}`, destination: `10.5,${v % 180}`, plannedArrival: v % 4 === 0 ? PAST : FAR };
    const at = START - 2_000;
    firstTrips.push({ vehicleId, tripId: trip.tripId, time: at, delayed: v % 4 === 0 });
    const record = generate(
      TRIPS,
      v % PARTITIONS,
      at,
      vehicleId,
      Buffer.from(JSON.stringify({ vehicleId, ...trip })),
      goodMark(),
    );
    rds.trips.push({
      source: `${TRIPS}-${record.partition}-${record.offset}`,
      vehicle_id: vehicleId,
      trip_id: trip.tripId,
      destination_latitude: 10.5,
      destination_longitude: v % 180,
      planned_arrival: new Date(trip.plannedArrival),
      deleted: false,
    } satisfies TripRow);
    latest.trips.set(vehicleId, {
      vehicleId,
      ...trip,
      version: version(at, record),
      partition: record.partition,
      offset: record.offset,
      deleted: false,
    });
  }

  for (let i = 0; i < readings; i++) {
    const v = i % vehicles;
    const at = START + i * 100;
    const vehicleId = `V${v}`;
    const partition = v % PARTITIONS;
    if (i % 10 === 9) {
      const cause = Math.floor(i / 10) % 2;
      const value =
        cause === 0
          ? null
          : Buffer.from(JSON.stringify({ vehicleId, location: '1,2', speed: 'fast', timestamp: iso(at) }));
      const raw = generate(RAW, partition, at, vehicleId, value, cause + 1);
      const why = {
        topic: RAW,
        partition,
        offset: raw.offset,
        timestamp: at,
        function: 'processTelemetry',
        exception: CAUSES[cause]?.code,
        message: cause === 0 ? 'the record has no value' : 'speed: wrong',
      };
      const headers = Object.entries(why).map(([name, text]): [string, Buffer[]] => [
        `__lambda.errors.${name}`,
        [Buffer.from(String(text))],
      ]);
      append(RAW_DLQ, partition, at + 50, {
        key: raw.key,
        value: raw.value,
        headers: new Map([...raw.headers, ...headers]),
      });
      continue;
    }
    const reading = {
      vehicleId,
      location: `10.5,${v % 180}`,
      speed: i % 3 === 0 ? 85.5 : 60,
      fuelLevel: i % 4 === 0 ? 12 : 70,
      ...(i % 5 !== 0 && { temperature: i % 7 === 0 ? 45 : 4 }),
      timestamp: iso(at - 20),
    };
    const alerts = [
      ...(reading.speed > 80
        ? [{ vehicleId, alert: 'Speeding', speed: reading.speed, timestamp: reading.timestamp }]
        : []),
      ...(reading.fuelLevel < 15
        ? [{ vehicleId, alert: 'LowFuel', fuelLevel: reading.fuelLevel, timestamp: reading.timestamp }]
        : []),
      ...((reading.temperature ?? 0) > 40
        ? [{ vehicleId, alert: 'Temperature', temperature: reading.temperature, timestamp: reading.timestamp }]
        : []),
    ];
    const late = v % 4 === 0;
    const mark = readingMark(
      alerts.map(({ alert }) => alert as ThresholdAlert),
      late,
    );
    const raw = generate(RAW, partition, at, vehicleId, Buffer.from(JSON.stringify(reading)), mark);
    const source = `${RAW}-${partition}-${raw.offset}`;
    const arrival = iso(at - 20);
    const value = { ...reading, latitude: 10.5, longitude: v % 180, distanceRemainingKm: 0, estimatedArrival: arrival };
    append(PROCESSED, partition, at + 30, {
      key: raw.key,
      value: Buffer.from(JSON.stringify(value)),
      headers: buffers({ source }),
    });
    rds.readings.push({
      source,
      vehicle_id: vehicleId,
      event_time: new Date(at - 20),
      latitude: 10.5,
      longitude: v % 180,
      speed: reading.speed,
      fuel_level: reading.fuelLevel,
      temperature: reading.temperature ?? null,
      distance_remaining_km: 0,
      estimated_arrival: new Date(arrival),
      committed: new Date(at + 400),
    } satisfies ReadingRow);
    const { timestamp: _, location: __, ...state } = value;
    latest.vehicles.set(vehicleId, { ...state, version: version(at - 20, raw), source, eventTime: reading.timestamp });

    const delay = {
      vehicleId,
      alert: 'Delay',
      tripId: `T${v}`,
      estimatedArrival: arrival,
      plannedArrival: PAST,
      timestamp: reading.timestamp,
    };
    for (const alert of [...alerts, ...(late ? [delay] : [])]) {
      const id = `${source}/${alert.alert}`;
      const threshold = { Speeding: 80, LowFuel: 15, Temperature: 40, Delay: 15 }[alert.alert];
      append(ALERTS, partition, at + 30, {
        key: raw.key,
        value: Buffer.from(JSON.stringify(alert)),
        headers: buffers({ source: id, location: `10.5,${v % 180}`, tripId: `T${v}`, threshold: String(threshold) }),
      });
      const { vehicleId: _v, alert: kind, timestamp: _t, ...detail } = alert;
      rds.alerts.push({
        source: id,
        vehicle_id: vehicleId,
        alert: kind,
        event_time: new Date(at - 20),
        detail,
      } satisfies AlertRow);
      opensearch.push({
        index: 'alerts-2026.11',
        id,
        source: {
          source: id,
          vehicleId,
          alert: kind,
          eventTime: iso(at - 20),
          location: { lat: 10.5, lon: v % 180 },
          tripId: `T${v}`,
          threshold,
          ...detail,
        },
      });
      latest.alerts.set(`${vehicleId}/${kind}`, { ...alert, version: version(at - 20, raw), source: id });
    }
  }

  made = 0;
  for (const [i, value] of [
    Buffer.from('Hello MSK'),
    Buffer.from('{"a":[1]}'),
    Buffer.from([0xff, 0xfe]),
    null,
  ].entries()) {
    const record = generate(DEMO, i % 2, START + i, i === 0 ? 'k' : null, value, goodMark());
    const json = value?.toString() === '{"a":[1]}';
    const bytes = i === 2 ? value : null;
    const text = json || bytes ? null : (value?.toString() ?? null);
    const { topic, partition, offset, timestamp, key } = record;
    rds.records.push({
      source: `${topic}-${partition}-${offset}`,
      topic,
      partition,
      offset: String(offset),
      timestamp: new Date(timestamp),
      key_text: key?.toString() ?? null,
      key_bytes: null,
      value_json: json ? '{"a": [1]}' : null,
      value_text: text,
      value_bytes: bytes,
    } satisfies RecordRow);
    dynamodb.records.push({
      topicPartition: `${topic}-${partition}`,
      offset,
      timestamp,
      ...(key && { key: key.toString() }),
      ...(value && (bytes ? { valueBytes: bytes } : { value: value.toString() })),
    });
  }
  const orders = ordersPart(readings, START, RUN);
  const logins = loginsPart(readings, START, RUN);
  for (const record of [...orders.records, ...logins.records]) {
    topics[record.topic as TopicName].records.push(record);
    next.set(`${record.topic}-${record.partition}`, record.offset + 1);
  }
  rds.orders.push(...orders.rows);
  rds.product_metrics.push(...orders.metrics);
  dynamodb.orders.push(...orders.items);
  rds.logins.push(...logins.rows);
  dynamodb.users.push(...logins.users);
  dynamodb.devices.push(...logins.devices);
  dynamodb.vehicles.push(...latest.vehicles.values());
  dynamodb.alerts.push(...latest.alerts.values());
  dynamodb.trips.push(...latest.trips.values());

  for (const topic of TOPIC_NAMES) {
    const log = topics[topic];
    log.records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
    const count = topic === DEMO ? 2 : PARTITIONS;
    log.partitions = Array.from({ length: count }, (_, partition) => ({
      partition,
      start: 0,
      end: next.get(`${topic}-${partition}`) ?? 0,
    }));
  }
  const s3 = TOPIC_NAMES.filter((topic) => topic !== DEMO_DLQ).flatMap((topic) => archiveOf(topics[topic].records));
  const facts: ReportFacts = {
    seed: 7,
    seconds: readings / 10,
    startSeconds: 12,
    generators: {
      fleet: { manifest, causes: CAUSES.map(({ cause }) => cause) },
      demo: { manifest: demoManifest, causes: [] },
      orders: { manifest: orders.manifest, causes: ORDER_CAUSES.map(({ cause }) => cause) },
      logins: { manifest: logins.manifest, causes: LOGIN_CAUSES.map(({ cause }) => cause) },
    },
    thresholds: { speedLimitKmh: 80, lowFuelPercent: 15, temperatureMinC: -10, temperatureMaxC: 40, delayMinutes: 15 },
    tripCacheSeconds: 30,
    tombstoneDays: 30,
    allowedLatenessSeconds: 86_400,
    logins: LOGIN_FACTS,
    openWindows: 0,
    lag: { max: 12, end: 0 },
    samples: {
      alerts: topics[ALERTS].records.map((record) => ({ source: sourceOf(record), arrived: record.timestamp })),
      vehicles: topics[PROCESSED].records
        .slice(0, 5)
        .map((record) => ({ source: sourceOf(record), seen: record.timestamp + 500 })),
      documents: topics[ALERTS].records
        .slice(0, 5)
        .map((record) => ({ source: sourceOf(record), seen: record.timestamp + 900 })),
      trips: [],
    },
    notRun: [],
  };
  return { world: { readAt: START + 60_000, topics, s3, rds, dynamodb, opensearch, file: orders.lines }, facts };
}

const sourceOf = ({ headers }: LogRecord) => String(headers.get('source')?.[0]);

/** The archive of these records, with three records in an object. */
function archiveOf(records: readonly LogRecord[]): ArchiveObject[] {
  const objects: ArchiveObject[] = [];
  for (const own of Map.groupBy(records, ({ partition }) => partition).values()) {
    for (let i = 0; i < own.length; i += 3) {
      const lines = own.slice(i, i + 3).map((record) => ({ ...record }));
      const { topic, partition, offset, timestamp } = lines[0] as LogRecord;
      const [day, hour] = iso(timestamp).split(/[T:]/);
      const key = `${topic}/dt=${day}/hour=${hour}/${partition}-${String(offset).padStart(20, '0')}.ndjson.gz`;
      objects.push({ key, lastModified: timestamp + 900, records: lines });
    }
  }
  return objects;
}
