import { checkOrder } from './checks/order.ts';
import { Findings } from './findings.ts';
import { contradiction } from './fleet/contradiction.ts';
import { ALERTS, PROCESSED, RAW, TRIPS } from './fleet/places.ts';
import { fleetTruth } from './fleet/truth/fleet.ts';
import { judge } from './judge.ts';
import { archive, at, setValue } from './mutations/mutation.fixture.ts';
import { START, type Synthetic, syntheticWorld } from './world.fixture.ts';
import { headerOf, type LogRecord, nameOf } from './world.ts';

/*
 * If a server freezes, a trip reaches its table late, or its send fails. Until then, readings that are judged by the
 * trip before it are right. After the new trip is in the table, they are wrong.
 */

const VEHICLE = 'V1';
/** 20 s of readings. */
const READINGS = 200;
const CHANGED = START + 1_000;
const next = { vehicleId: VEHICLE, tripId: 'T1-2', destination: '20,20', plannedArrival: '2026-11-21T00:00:00.000Z' };

/** The vehicle starts another trip, which is late, but the first trip was used for all of its readings. */
function successor(synthetic: Synthetic): void {
  const { topics, rds, dynamodb } = synthetic.world;
  const { records, partitions } = topics[TRIPS];
  const first = records.find(({ key }) => String(key) === VEHICLE) as LogRecord;
  const offset = at(partitions, first.partition).end++;
  const record = { ...first, offset, timestamp: CHANGED, value: Buffer.from(JSON.stringify(next)), headers: new Map() };
  records.push(record);
  archive(synthetic.world, record);
  rds.trips.push({
    source: nameOf(record),
    vehicle_id: VEHICLE,
    trip_id: next.tripId,
    destination_latitude: 20,
    destination_longitude: 20,
    planned_arrival: new Date(next.plannedArrival),
    deleted: false,
  });
  const item = dynamodb.trips.find(({ vehicleId }) => vehicleId === VEHICLE) ?? {};
  const version = String(item['version']).replace(/^\d+-(\d+)-\d+$/, (_, partition) =>
    [String(CHANGED).padStart(15, '0'), partition, String(offset).padStart(20, '0')].join('-'),
  );
  Object.assign(item, next, { version, offset });
}

/** Judges a world whose table has the second trip from then on. A cache holds a trip for 2 s. */
function found(seenAfterMs: number | undefined) {
  const synthetic = syntheticWorld(READINGS);
  successor(synthetic);
  const { facts } = synthetic;
  const trips = [{ vehicleId: VEHICLE, tripId: 'T1', seen: START - 1_000 }];
  if (seenAfterMs !== undefined) trips.push({ ...next, seen: CHANGED + seenAfterMs });
  Object.assign(facts, { tripCacheSeconds: 2, samples: { ...facts.samples, trips } });
  return judge(synthetic.world, facts);
}

test.each([
  ['came late into', 15_000],
  ['was never seen in', undefined],
])('readings judged by the trip before are right where the next trip %s the table', (_, seenAfterMs) => {
  expect(found(seenAfterMs)).toMatchObject({ ok: true, findings: [] });
});

test.each([200, 3_000])(
  'readings judged by the trip before are wrong after the next trip was in the table for %d ms',
  (after) => {
    const { ok, findings } = found(after);

    expect(ok).toBe(false);
    expect(findings.map(({ place, kind }) => `${place} ${kind}`)).toContain(`${PROCESSED} different`);
  },
);

test('a Delay alert that only a second handling raises, by the next trip, may come in any order', () => {
  const kinds = (known: ReadonlySet<string>) => {
    const findings = new Findings();
    const alert = (source: string, offset: number) => ({ ...record, offset, headers: sourceHeader(source) });
    checkOrder(ALERTS, [alert(`${RAW}-0-7/Delay`, 0), alert(`${RAW}-0-3/Delay`, 1)], findings, (id) => known.has(id));
    return findings.list().map(({ kind }) => kind);
  };
  const [record] = syntheticWorld().world.topics[ALERTS].records as [LogRecord];

  expect(kinds(new Set([`${RAW}-0-3/Delay`]))).toEqual([]);
  expect(kinds(new Set())).toEqual(['outOfOrder']);
});

const sourceHeader = (source: string) => new Map([['source', [Buffer.from(source)]]]);

describe('what the generator expects of a reading', () => {
  const synthetic = syntheticWorld(READINGS);
  successor(synthetic);
  const truth = fleetTruth(synthetic.world, synthetic.facts, () => false);
  const firstTrips = [{ vehicleId: VEHICLE, tripId: 'T1', time: START - 2_000, delayed: false }];
  const change = { vehicleId: VEHICLE, time: CHANGED, delayed: true };
  const reading = (since: number) =>
    [...truth.good.values()].find(
      ({ reading: own, record }) => own.vehicleId === VEHICLE && record.timestamp >= since,
    ) as { source: string; alerts: { alert: string }[] };
  const said = (since: number, delayed: boolean, tripId = next.tripId) => {
    const { source, alerts } = reading(since);
    const raises = [...alerts.map(({ alert }) => alert), ...(delayed ? ['Delay'] : [])];
    const manifest = { firstTrips, tripChanges: [{ ...change, tripId }] };
    return contradiction(truth, manifest, 15)(RAW, source, { kind: 'good', raises });
  };

  test.each([
    ['late by the trip of that moment, whichever trip was used', CHANGED, true],
    ['in time by the trip of that moment', START, false],
  ])('is confirmed: %s', (_, since, delayed) => {
    expect(said(since, delayed)).toBeUndefined();
  });

  test('is contradicted by that trip in the topic', () => {
    expect(said(CHANGED, false)).toBe('Delay: meant false, found true by trip T1-2');
    expect(said(START, true)).toBe('Delay: meant true, found false by trip T1');
  });

  test('is not compared where the send of the trip failed, so that no topic holds it', () => {
    expect(said(CHANGED, true, 'T1-3')).toBeUndefined();
    expect(said(CHANGED, false, 'T1-3')).toBeUndefined();
  });
});

test('readings right after the first trips must use them: without distance and arrival they are wrong', () => {
  const { world, facts } = syntheticWorld();
  const without = { distanceRemainingKm: undefined, estimatedArrival: undefined };
  for (const record of world.topics[PROCESSED].records.slice(0, 46)) {
    setValue(record, without);
    const row = world.rds.readings.find(({ source }) => source === headerOf(record, 'source'));
    Object.assign(row ?? {}, { distance_remaining_km: null, estimated_arrival: null });
  }
  const { ok, findings } = judge(world, facts);

  expect(ok).toBe(false);
  expect(findings).toContainEqual(expect.objectContaining({ place: PROCESSED, kind: 'different', count: 46 }));
});
