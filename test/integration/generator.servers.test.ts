import { join } from 'node:path';
import { startDemo } from '#proof/demo/load/demo.ts';
import { alertsOf } from '#proof/fleet/load/alerts.ts';
import { BAD_RECORDS } from '#proof/fleet/load/bad-records.ts';
import { startFleet } from '#proof/fleet/load/start.ts';
import { startTrace } from '#proof/fleet/load/start-trace.ts';
import type { RunningGenerator } from '#proof/load/generator.ts';
import { createManifest } from '#proof/load/manifest.ts';
import { startProducer } from '#proof/load/producer.ts';
import type { Expectation, Manifest } from '#proof/manifest.ts';
import { BAD_ORDERS } from '#proof/orders/load/bad-records.ts';
import { parseColumns } from '#proof/orders/load/replay/columns.ts';
import { readOrders } from '#proof/orders/load/replay/read-orders.ts';
import { startReplay } from '#proof/orders/load/replay/start-replay.ts';
import { startOrders } from '#proof/orders/load/start.ts';
import { startBroker, type TestBroker, type TestRecord } from '../support/broker.ts';
import { eventually } from '../support/eventually.ts';
import { freeze } from '../support/freeze.ts';

const RAW = 'raw-data-topic';
const TRIPS = 'trips-topic';
const DEMO = 'demo_topic';
const ORDERS = 'orders';
let broker: TestBroker;

beforeAll(async () => {
  broker = await startBroker([RAW, TRIPS, DEMO, ORDERS]);
});
afterAll(() => broker.stop());

const tripsReady = async () => {};
/** The topic's records that come from this generator, without those of other tests. */
async function readOwn(topic: string, generator: string, { startedAt }: Manifest): Promise<TestRecord[]> {
  const records = await broker.readAll(topic);
  return records.filter(({ headers }) => String(headers?.['generated']).startsWith(`${generator}-${startedAt}/`));
}
const expectationOf = (manifest: Manifest, topic: string, { partition, offset }: TestRecord) =>
  manifest.at(topic, partition, Number(offset));

/** Waits until the generator has this many acknowledged records. */
async function acknowledged(generator: RunningGenerator, topic: string, count: number): Promise<void> {
  const isSo = () => (generator.progress().topics[topic]?.acknowledged ?? 0) >= count;
  const seen = () => generator.progress();
  await eventually(isSo, { what: `${count} records acknowledged`, boundMs: 120_000, seen });
}

test('the manifest has every record of the topics, at its coordinates', async () => {
  const ready: string[] = [];
  let readingsBeforeTrips = -1;
  const fleet = await startFleet({
    brokers: broker.endpoint,
    seed: 7,
    vehicles: 50,
    rate: 1_000,
    bad: 0.05,
    tripsReady: async (trips) => {
      ready.push(...trips.map(({ vehicleId }) => vehicleId));
      readingsBeforeTrips = (await broker.readAll(RAW)).length;
    },
  });
  await acknowledged(fleet, RAW, 3_600);
  const causes = () => fleet.progress().causes;
  const raised = () => fleet.progress().raised;
  const isEachThere = () =>
    BAD_RECORDS.every(({ cause }) => (causes()[cause] ?? 0) > 0) && Object.values(raised()).every((count) => count > 0);
  const seen = () => [causes(), raised()];
  await eventually(isEachThere, { what: 'bad readings and alerts of each kind', boundMs: 120_000, seen });
  const manifest = await fleet.stop();

  const raw = await readOwn(RAW, 'fleet', manifest);
  const trips = await readOwn(TRIPS, 'fleet', manifest);
  expect(ready.length).toBe(50);
  expect(readingsBeforeTrips).toBe(0);
  expect(manifest.firstTrips.map(({ vehicleId }) => vehicleId)).toEqual(ready);
  expect(raw.every(({ timestamp }) => Number(timestamp) >= manifest.tripsReadyAt)).toBe(true);
  expect(trips.length).toBe(50 + manifest.tripChanges.length);
  expect([...manifest.acknowledged()].filter(({ topic }) => topic === RAW).map(coordinates)).toEqual(
    raw.map(({ partition, offset }) => `${partition}-${offset}`),
  );
  expect(manifest.topics[RAW]?.acknowledged).toBe(raw.length);
  expect(manifest.uncertain).toEqual([]);

  const wrong = raw.filter((record) => !agrees(expectationOf(manifest, RAW, record), record));
  expect(wrong).toEqual([]);
  expect(new Set(raw.map(({ headers }) => String(headers?.['generated']))).size).toBe(raw.length);
  expect(raw.filter(({ key }) => key === null).length).toBeGreaterThan(20);
  expect(raw.filter(({ value }) => value?.length === 1_000_000).length).toBeGreaterThan(0);
});

test('a request stays below the maximum size of its topic, even if many large records are queued', async () => {
  const only = { vehicles: 1, rate: 5_000, bad: 1, durationSeconds: 0.3 };
  const fleet = await startFleet({ brokers: broker.endpoint, seed: 7, ...only, tripsReady });
  await fleet.finished;
  const manifest = await fleet.stop();
  expect(manifest.causes['1 MB value']).toBeGreaterThanOrEqual(5);
  expect(manifest.uncertain).toEqual([]);
});

test('sends to a frozen broker become uncertain, and the manifest still knows every record of the topic', async () => {
  const fleet = await startFleet({ brokers: broker.endpoint, seed: 7, vehicles: 20, rate: 200, tripsReady });
  await acknowledged(fleet, RAW, 100);
  await freeze(broker.server);
  const isUncertain = () => fleet.progress().uncertain > 0;
  await eventually(isUncertain, { what: 'a send that has failed', boundMs: 60_000, seen: () => fleet.progress() });
  const before = fleet.progress().topics[RAW]?.acknowledged ?? 0;
  broker.server.process?.signal('SIGCONT');
  await acknowledged(fleet, RAW, before + 200);
  const manifest = await fleet.stop();

  const raw = await readOwn(RAW, 'fleet', manifest);
  const uncertain = new Set(manifest.uncertain.map(({ id }) => id));
  const known = raw.filter((record) => expectationOf(manifest, RAW, record));
  const unknown = raw.filter((record) => !expectationOf(manifest, RAW, record));
  expect(uncertain.size).toBeGreaterThan(0);
  expect(fleet.progress().lastError).toBeDefined();
  expect(known.length).toBe(manifest.topics[RAW]?.acknowledged);
  expect(known.length).toBeGreaterThan(before);
  expect(unknown.filter(({ headers }) => !uncertain.has(String(headers?.['generated'])))).toEqual([]);
  expect(known.filter((record) => !agrees(expectationOf(manifest, RAW, record), record))).toEqual([]);
});

test('a missing topic and missing trips are clear errors', async () => {
  const manifest = createManifest(7, Date.now(), []);
  await expect(
    startProducer({ brokers: broker.endpoint, clientId: 'test', topics: ['none'], manifest }),
  ).rejects.toThrow("can't generate into none on");
  const failing = { brokers: broker.endpoint, seed: 7, vehicles: 1 };
  await expect(
    startFleet({ ...failing, tripsReady: () => Promise.reject(new Error('not in the table')) }),
  ).rejects.toThrow('not in the table');
  await expect(startFleet({ ...failing, brokers: '127.0.0.1:1', tripsReady })).rejects.toThrow(
    "can't generate into raw-data-topic and trips-topic on 127.0.0.1:1",
  );
});

test('demo records of every kind are acknowledged as good', async () => {
  const demo = await startDemo({ brokers: broker.endpoint, seed: 7, rate: 100, durationSeconds: 1 });
  await demo.finished;
  const manifest = await demo.stop();
  const records = await readOwn(DEMO, 'demo', manifest);
  expect(records.length).toBeGreaterThan(80);
  for (const record of records) expect(expectationOf(manifest, DEMO, record)?.kind).toBe('good');
  expect(records.some(({ value }) => value === null)).toBe(true);
  expect(records.some(({ value }) => value?.length === 0)).toBe(true);
});

test('the manifest has every order at its coordinates, and the sums of the acknowledged orders', async () => {
  const orders = await startOrders({ brokers: broker.endpoint, seed: 7, rate: 60 });
  await acknowledged(orders, ORDERS, 600);
  const causes = () => orders.progress().causes;
  const isEachThere = () => BAD_ORDERS.every(({ cause }) => (causes()[cause] ?? 0) > 0);
  await eventually(isEachThere, { what: 'a bad order of each kind', boundMs: 120_000, seen: causes });
  const manifest = await orders.stop();
  const records = await readOwn(ORDERS, 'orders', manifest);
  const good = records.filter((record) => expectationOf(manifest, ORDERS, record)?.kind === 'good');
  const revenue = good.reduce((sum, { value }) => sum + JSON.parse(String(value)).amount, 0);
  const sums = [...manifest.windows.values()];
  expect(sums.reduce((sum, { count }) => sum + count, 0)).toBe(good.length);
  expect(sums.reduce((sum, { cents }) => sum + cents, 0)).toBe(Math.round(revenue * 100));
});

describe('orders from a file are replayed', () => {
  const columns = parseColumns('order_id=orderID,user_id=customer,product_id=sku,amount=total,timestamp=placed');
  const file = join(import.meta.dirname, '../data/orders.csv');
  const replay = async (speed: number, shift: boolean) => {
    const started = await startReplay({ brokers: broker.endpoint, orders: readOrders(file, columns), speed, shift });
    await started.finished;
    return readOwn(ORDERS, 'replay', await started.stop());
  };
  const timeOf = ({ value }: TestRecord) => Date.parse(JSON.parse(String(value)).timestamp);

  test('at the given speed, with the time of sending as event time', async () => {
    const began = Date.now();
    const records = await replay(90, true);
    expect(records.map(({ key }) => String(key)).toSorted()).toEqual(
      Array.from({ length: 12 }, (_, i) => `A-${1001 + i}`),
    );
    expect(aboutOrLater(Math.max(...records.map(sentAt)) - began, 2_000)).toBe(true);
    for (const record of records) {
      expect(aboutOrLater(sentAt(record) - timeOf(record), 0)).toBe(true);
    }
  });

  test('with their own times', async () => {
    const records = await replay(1_000, false);
    const first = records.find(({ key }) => String(key) === 'A-1001') as TestRecord;
    expect(JSON.parse(String(first.value))).toEqual({
      order_id: 'A-1001',
      user_id: 'C-17',
      product_id: 'P001',
      amount: 24.9,
      timestamp: '2026-01-15T10:00:00.000Z',
    });
  });

  test('a wrong row ends the replay, and the error has its line', async () => {
    const wrong = parseColumns('order_id=orderID,user_id=customer,product_id=sku,amount=sku,timestamp=placed');
    const started = await startReplay({
      brokers: broker.endpoint,
      orders: readOrders(file, wrong),
      speed: 1,
      shift: true,
    });
    await expect(started.finished).rejects.toThrow('orders.csv line 2: sku must be a number');
    await started.stop();
  });
});

test('a trace is replayed at the given speed and ends by itself', async () => {
  const measurements = [0, 1, 2, 3].map((second) => ({
    vehicleId: 'lorry',
    time: second * 1000,
    latitude: 48 + second / 1000,
    longitude: 11,
    ...(second > 0 && { speed: 90 }),
  }));
  const began = Date.now();
  const trace = await startTrace({ brokers: broker.endpoint, measurements, speedup: 2, shift: true });
  await trace.finished;
  const manifest = await trace.stop();
  const records = await readOwn(RAW, 'trace', manifest);
  expect(records.map(({ value }) => JSON.parse(String(value)).speed)).toEqual([undefined, 90, 90, 90]);
  expect(manifest.raised['Speeding']).toBe(3);
  expect(aboutOrLater(Math.max(...records.map(sentAt)) - began, 1_500)).toBe(true);
  for (const { value, timestamp } of records) {
    expect(Date.parse(JSON.parse(String(value)).timestamp)).toBeLessThanOrEqual(Number(timestamp));
  }
});

const sentAt = ({ timestamp }: TestRecord) => Number(timestamp);

/** At most 30 ms too early (a timer's tick). A busy machine may be late, but not by 20 s. */
const aboutOrLater = (ms: number, asked: number) => ms >= asked - 30 && ms < asked + 20_000;

const coordinates = ({ partition, offset }: { partition: number; offset: number }) => `${partition}-${offset}`;

/** Whether the manifest's expectation fits the record, judged only by the record's bytes. */
function agrees(expectation: Expectation | undefined, { value, timestamp }: TestRecord): boolean {
  const code = codeOf(value, Number(timestamp));
  if (expectation?.kind === 'bad') return expectation.code === code;
  const alerts = code === undefined && JSON.stringify(alertsOf(JSON.parse(String(value))));
  return expectation !== undefined && alerts === JSON.stringify(expectation.raises.filter((kind) => kind !== 'Delay'));
}

function codeOf(value: Buffer | null, timestamp: number): string | undefined {
  if (value === null) return 'NULL_VALUE';
  if (value.length > 100_000) return 'TOO_LARGE';
  if (!value.equals(Buffer.from(value.toString('utf8')))) return 'NOT_UTF8';
  let reading: unknown;
  try {
    reading = JSON.parse(String(value));
  } catch {
    return 'NOT_JSON';
  }
  if (typeof reading !== 'object' || reading === null || Array.isArray(reading)) return 'NOT_AN_OBJECT';
  const { vehicleId, location, speed, timestamp: time } = reading as Record<string, unknown>;
  if (!/^V\d{3}$/.test(String(vehicleId)) || (speed !== undefined && typeof speed !== 'number')) return 'SCHEMA';
  if (location === '91,181') return 'LOCATION';
  return Date.parse(String(time)) > timestamp + 300_000 ? 'FUTURE_TIMESTAMP' : undefined;
}
