import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import * as z from 'zod';
import { withAdmin } from '#cli/topic.ts';
import { CACHE } from '#functions/api/http/handler.ts';
import { openApi } from '#functions/api/openapi.ts';
import { routes } from '#functions/api/routes/all.ts';
import { dynamodbSink } from '#functions/sinks/dynamodb/sink.ts';
import { rdsSink } from '#functions/sinks/rds/sink.ts';
import { conditionalWrites } from '#lib/stores/conditional-writes.ts';
import { openDatabase } from '#lib/stores/data-api.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { createSchema, REFERENCE, startDatabase, type TestDatabase } from '../support/database.ts';
import { batchOfRecords, type TestRecord } from '../support/msk-event.ts';
import { startTables, type TestTables } from '../support/servers.ts';

let broker: TestBroker;
let database: TestDatabase;
let tables: TestTables;
let api: TestApi;
beforeAll(async () => {
  [broker, database, tables] = await Promise.all([
    startBroker(['raw-data-topic', 'raw-data-dlq']),
    startDatabase(),
    startTables(),
  ]);
  await createSchema(database.postgres().endpoint);
  await tables.create('vehicles', 'vehicleId:S');
  await tables.create('trips', 'vehicleId:S');
  await tables.create('alerts', 'vehicleId:S', 'alert:S');
  await store();
  await produce();
  api = await startApi({
    kafka: broker.endpoint,
    rdsData: database.dataApi.endpoint,
    dynamodb: tables.server.endpoint,
    tables: { VEHICLES_TABLE: 'vehicles', TRIPS_TABLE: 'trips', ALERTS_TABLE: 'alerts' },
  });
});
afterAll(async () => {
  await api?.stop();
  await Promise.all([broker?.stop(), database?.stop(), tables?.stop()]);
});

/** An event time, `seconds` before now: counts of logins are of the last day. */
const START = Date.now();
const ago = (seconds: number) => new Date(START - seconds * 1_000).toISOString();
/** The start of a window. */
const minute = (n: number) => Math.floor(START / 60_000) * 60 - n * 60;

function records(): Record<string, TestRecord[]> {
  const each = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
  return {
    readings: each(25, (n) => ({
      topic: 'processed-data-topic',
      offset: n,
      headers: { source: `raw-data-topic-0-${n}` },
      // Vehicle V0 has every fifth one.
      value: {
        vehicleId: `V${n % 5}`,
        location: `${n},179`,
        latitude: n,
        longitude: n % 2 === 0 ? 179 : -179,
        speed: 80 + n,
        timestamp: ago(1_000 - n),
      },
    })),
    alerts: each(25, (n) => ({
      topic: 'alerts-topic',
      offset: n,
      headers: { source: `raw-data-topic-0-${n}/${n < 20 ? 'Speeding' : 'LowFuel'}` },
      value: {
        vehicleId: `V${n % 5}`,
        alert: n < 20 ? 'Speeding' : 'LowFuel',
        speed: 80 + n,
        timestamp: ago(1_000 - n),
      },
    })),
    trips: [
      {
        topic: 'trips-topic',
        key: 'V0',
        value: { vehicleId: 'V0', tripId: 'T0', destination: '1,2', plannedArrival: ago(-3_600) },
      },
    ],
    metrics: each(25, (n) => ({
      topic: 'product-metrics',
      offset: n,
      value: {
        window_start: minute(n),
        window_end: minute(n) + 60,
        product_id: n % 2 === 0 ? 'P1' : "P'2",
        order_count: n + 1,
        total_revenue: 10.05,
        avg_order_value: 10.05,
      },
    })),
    logins: each(10, (n) => ({
      topic: 'user-login-processed',
      offset: n,
      headers: { source: `user-login-0-${n}` },
      value: {
        user_id: `person-${n}`,
        app_version: '1.0',
        ip: '192.0.2.0',
        locale: n < 7 ? 'en_US' : 'fr_FR',
        device_id: `device-${n}`,
        device_type: 'ios',
        timestamp: ago(100),
      },
    })),
  };
}

async function store(): Promise<void> {
  const names = {
    vehicles: 'vehicles',
    trips: 'trips',
    alerts: 'alerts',
    orders: '',
    users: '',
    devices: '',
    records: '',
  };
  const dynamodb = dynamodbSink({
    write: conditionalWrites(tables.client),
    tables: names,
    tombstoneDays: 1,
    loginDays: 1,
  });
  const rds = rdsSink({ open: (deadline) => openDatabase(database.client, REFERENCE, deadline) });
  const { readings = [], alerts = [], trips = [], metrics = [], logins = [] } = records();
  for (const batch of [readings, alerts, trips]) expect(await dynamodb.write(batchOfRecords(batch))).toEqual([]);
  for (const batch of [readings, alerts, trips, metrics, logins]) {
    expect(await rds.write(batchOfRecords(batch))).toEqual([]);
  }
}

/** raw-data-topic: processTelemetry has committed 3 of 10 records of partition 0, produced 5 minutes ago. */
async function produce(): Promise<void> {
  const kafka = new Kafka({ clientId: 'test', brokers: [broker.endpoint], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  const messages = Array.from({ length: 10 }, () => ({ partition: 0, value: 'x', timestamp: String(START - 300_000) }));
  await producer.send({ topic: 'raw-data-topic', messages });
  await producer.send({ topic: 'raw-data-dlq', messages: [{ partition: 1, value: 'x' }] });
  await producer.disconnect();
  await withAdmin(kafka, (admin) =>
    admin.setOffsets({
      groupId: 'processTelemetry-raw-data-topic-v1',
      topic: 'raw-data-topic',
      partitions: [{ partition: 0, offset: '3' }],
    }),
  );
}

type Body = Record<string, unknown> & { items: Record<string, unknown>[]; next?: string };

async function get(path: string): Promise<{ status: number; headers: Headers; body: Body }> {
  const response = await fetch(api.url + path);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
}

/** All items of a list, read in pages. */
async function pages(path: string, limit = 10): Promise<Body['items']> {
  const items: Body['items'] = [];
  for (let cursor: string | undefined; ; ) {
    const more: string = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { status, body } = await get(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${more}`);
    expect(status).toBe(200);
    expect(body.items.length).toBeLessThanOrEqual(limit);
    items.push(...body.items);
    cursor = body.next;
    if (cursor === undefined) return items;
  }
}

const sources = (items: Body['items']) => items.map(({ source }) => source);
const down = (from: number, to: number, step = 1) =>
  Array.from({ length: (from - to) / step + 1 }, (_, index) => from - index * step);

test('the latest state of each vehicle, in pages', async () => {
  const items = await pages('/vehicles', 2);

  expect(items).toHaveLength(5);
  expect(new Set(items.map(({ vehicleId }) => vehicleId))).toEqual(new Set(['V0', 'V1', 'V2', 'V3', 'V4']));
  expect(items).toContainEqual({
    vehicleId: 'V4',
    latitude: 24,
    longitude: 179,
    speed: 104,
    eventTime: ago(976),
    source: 'raw-data-topic-0-24',
  });
});

test('a vehicle with its trip and its latest alert of each kind; an unknown one is not found', async () => {
  expect((await get('/vehicles/V0')).body).toEqual({
    vehicle: expect.objectContaining({ vehicleId: 'V0', speed: 100 }),
    trip: { tripId: 'T0', destination: '1,2', plannedArrival: ago(-3_600) },
    alerts: [
      { alert: 'LowFuel', eventTime: ago(980), source: 'raw-data-topic-0-20/LowFuel', detail: { speed: 100 } },
      { alert: 'Speeding', eventTime: ago(985), source: 'raw-data-topic-0-15/Speeding', detail: { speed: 95 } },
    ],
  });
  expect((await get('/vehicles/V1')).body['trip']).toBeNull();
  expect(await get(`/vehicles/${encodeURIComponent("V9'; DROP TABLE readings; --")}`)).toMatchObject({ status: 404 });
});

test("a vehicle's track in the order of time, in pages and within a range", async () => {
  const range = `from=${ago(995)}&to=${ago(980)}`;

  expect(sources(await pages('/vehicles/V0/track', 2))).toEqual([0, 5, 10, 15, 20].map((n) => `raw-data-topic-0-${n}`));
  expect(sources(await pages(`/vehicles/V0/track?${range}`))).toEqual([5, 10, 15].map((n) => `raw-data-topic-0-${n}`));
  expect((await get('/vehicles/V0/track?limit=1')).body.items[0]).toMatchObject({
    eventTime: ago(1_000),
    latitude: 0,
    fuelLevel: null,
  });
});

test('alerts, the newest first, by kind, vehicle, time and box', async () => {
  const speeding = (numbers: number[]) => numbers.map((n) => `raw-data-topic-0-${n}/Speeding`);
  const all = await pages('/alerts');

  expect(sources(all)).toEqual([...down(24, 20).map((n) => `raw-data-topic-0-${n}/LowFuel`), ...speeding(down(19, 0))]);
  expect(all[0]).toEqual({
    source: 'raw-data-topic-0-24/LowFuel',
    vehicleId: 'V4',
    alert: 'LowFuel',
    eventTime: ago(976),
    detail: { speed: 104 },
    latitude: 24,
    longitude: 179,
  });
  expect(sources(await pages('/alerts?kind=Speeding&vehicle=V0', 3))).toEqual(speeding(down(15, 0, 5)));
  expect(sources(await pages(`/alerts?from=${ago(995)}&to=${ago(990)}`))).toEqual(speeding(down(9, 5)));
  expect(sources(await pages('/alerts?box=0,178,9.5,180'))).toEqual(speeding(down(8, 0, 2)));
  expect(sources(await pages('/alerts?box=0,178,3,-178', 3))).toEqual(speeding(down(3, 0)));
});

test('windows by product, the newest first', async () => {
  const items = await pages('/product-metrics');

  expect(items.map(({ orderCount }) => orderCount)).toEqual(down(25, 1).toReversed());
  expect(items[1]).toEqual({
    windowStart: new Date(minute(1) * 1_000).toISOString(),
    windowEnd: new Date((minute(1) + 60) * 1_000).toISOString(),
    productId: "P'2",
    orderCount: 2,
    totalRevenue: 10.05,
    avgOrderValue: 10.05,
  });
  expect(await pages(`/product-metrics?product=${encodeURIComponent("P'2")}`, 5)).toHaveLength(12);
  const from = new Date(minute(3) * 1_000).toISOString();
  expect(await pages(`/product-metrics?from=${from}&to=${new Date(minute(1) * 1_000).toISOString()}`)).toHaveLength(2);
});

test('logins are counted, and nothing of a person is told', async () => {
  const { body } = await get('/logins?by=locale&limit=1');

  expect(body).toMatchObject({ by: 'locale', items: [{ value: 'en_US', logins: 7 }], others: 3 });
  for (const by of ['device_type', 'app_version', 'locale']) {
    expect(JSON.stringify((await get(`/logins?by=${by}`)).body)).not.toMatch(/person-|device-|192\.0\.2/);
  }
  expect((await get(`/logins?by=locale&to=${ago(1_000)}`)).body).toMatchObject({ items: [], others: 0 });
});

test('the lag of each mapping in records and seconds; what is not known is null', async () => {
  const { body } = await get('/pipeline');
  const [first] = (body as unknown as { mappings: { partitions: { lagSeconds: number }[] }[] }).mappings;

  expect(first?.partitions[0]).toEqual({
    partition: 0,
    committed: 3,
    end: 10,
    lag: 7,
    lagSeconds: expect.any(Number),
  });
  // All records are of one moment, which is between the ages of 5 and 10 minutes that it asks for.
  const seconds = (Date.now() - START) / 1_000;
  expect(first?.partitions[0]?.lagSeconds).toBeGreaterThan(299);
  expect(first?.partitions[0]?.lagSeconds).toBeLessThanOrEqual(300 + seconds);
  expect(body).toMatchObject({
    mappings: [
      {
        function: 'processTelemetry',
        topic: 'raw-data-topic',
        lag: 7,
        partitions: [{}, { lag: 0, lagSeconds: 0 }, {}],
      },
      { function: 'archiveToS3', topic: 'raw-data-dlq', lag: null, lagSeconds: null },
    ],
    topics: [
      { topic: 'raw-data-dlq', end: 1 },
      { topic: 'raw-data-topic', end: 10 },
    ],
    deadLetters: [{ topic: 'raw-data-dlq', records: 1 }],
  });
});

/** A request of each route that has an answer. */
const requests: Record<string, string> = {
  '/vehicles': '/vehicles',
  '/vehicles/{vehicleId}': '/vehicles/V0',
  '/vehicles/{vehicleId}/track': '/vehicles/V0/track',
  '/alerts': '/alerts',
  '/product-metrics': '/product-metrics',
  '/logins': '/logins?by=locale',
  '/pipeline': '/pipeline',
  '/openapi.json': '/openapi.json',
};

test.each(routes.map(({ path, answer }) => ({ path, answer })))(
  'the answer of $path has the schema that the description says',
  async ({ path, answer }) => {
    const { status, headers, body } = await get(requests[path] ?? '');

    expect({ status, cache: headers.get('cache-control') }).toEqual({ status: 200, cache: 'max-age=1' });
    expect(z.fromJSONSchema(answer as z.core.JSONSchema.JSONSchema).safeParse(body).error).toBeUndefined();
  },
);

test('/openapi.json is the description of the routes', async () => {
  expect((await get('/openapi.json')).body).toEqual(JSON.parse(JSON.stringify(openApi(routes))));
});

const SQL = "'; DROP TABLE readings; --";
const WRONG: Record<string, string[]> = {
  limit: ['-1', '0', '501', '1e9', 'NaN', SQL, '9'.repeat(1_000)],
  cursor: ['x', 'null', Buffer.from('[]').toString('base64url'), Buffer.from(`["${SQL}"`).toString('base64url'), SQL],
  from: ['NaN', '2026-13-01T00:00:00Z', SQL],
  to: ['Infinity', ''],
  box: ['1,2,3', '90,0,-90,0', `0,0,0,${SQL}`],
  kind: ['x'.repeat(65), 'a\0'],
  vehicle: ['x'.repeat(129), '\0'],
  product: ['', '\u0007'],
  by: ['user_id', 'ip', 'device_id', SQL],
  vehicleId: ['x'.repeat(129), 'a\u0000b'],
};
const hostile = routes.flatMap(({ path, parameters }) =>
  Object.keys(parameters).flatMap((parameter) => (WRONG[parameter] ?? []).map((text) => ({ path, parameter, text }))),
);

test.each(hostile)('$path refuses a wrong $parameter: $text', async ({ path, parameter, text }) => {
  const [where = '', query = ''] = (requests[path] ?? '').split('?');
  const others = [...new URLSearchParams(query)].filter(([name]) => name !== parameter).map((pair) => pair.join('='));
  const wrong = encodeURIComponent(text);
  const url =
    parameter === 'vehicleId'
      ? path.replace('{vehicleId}', wrong)
      : `${where}?${[...others, `${parameter}=${wrong}`].join('&')}`;

  expect(await get(url)).toMatchObject({ status: 400, body: { error: expect.any(String), parameter } });
});

test.each(routes.map(({ path }) => path))(
  '%s refuses an unknown parameter and a query that is too long',
  async (path) => {
    const url = requests[path] ?? '';
    const and = url.includes('?') ? '&' : '?';

    expect(await get(`${url}${and}drop=1`)).toMatchObject({ status: 400, body: { parameter: 'drop' } });
    expect(await get(`${url}${and}x=${'y'.repeat(5_000)}`)).toMatchObject({ status: 400 });
  },
);

test('names that look like SQL are only names, and the range of an expensive search is bounded', async () => {
  for (const name of ['vehicle', 'kind']) {
    expect((await get(`/alerts?${name}=${encodeURIComponent(SQL)}`)).body).toEqual({ items: [] });
  }
  expect((await get(`/product-metrics?product=${encodeURIComponent(SQL)}`)).body).toEqual({ items: [] });
  expect(await pages('/vehicles/V0/track')).toHaveLength(5);
  const far = `from=2020-01-01T00:00:00Z`;
  expect(await get(`/alerts?box=0,0,1,1&${far}`)).toMatchObject({ status: 400, body: { parameter: 'from' } });
  expect(await get(`/logins?by=locale&${far}`)).toMatchObject({ status: 400, body: { parameter: 'from' } });
  expect(await get(`/alerts?from=${ago(1)}&to=${ago(2)}`)).toMatchObject({ status: 400, body: { parameter: 'from' } });
});

test('a store that does not answer is 503, and the route answers again when it is back', async () => {
  await database.postgres().stop();
  const failed = await get('/alerts?limit=499');
  await database.startPostgres();

  expect(failed).toMatchObject({ status: 503, body: { error: expect.stringMatching(/^a store does not answer/) } });
  expect((await get('/alerts?limit=498')).status).toBe(200);
});

test('after a restart of the broker, which closes the connection, the lag is known again', async () => {
  await broker.server.stop();
  // On an idle machine the broker ends before the answer to an earlier request does.
  await sleep(CACHE.ageMs);
  const failed = await get('/pipeline');
  await broker.server.start();
  await broker.server.ready();

  expect(failed).toMatchObject({ status: 503, body: { error: expect.stringContaining('(KAFKA)') } });
  expect(await get('/pipeline')).toMatchObject({ status: 200, body: { mappings: [{ lag: 7 }, {}] } });
}, 60_000);

test('only GET is served', async () => {
  for (const method of ['POST', 'PUT', 'DELETE']) {
    expect((await fetch(`${api.url}/vehicles`, { method })).status).toBe(404);
  }
});
