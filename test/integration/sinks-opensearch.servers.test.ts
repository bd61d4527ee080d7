import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { boxOf, queryOf } from '#cli/alerts/query.ts';
import { readTelemetry, readTrip } from '#functions/fleet/schema.ts';
import { expireAlerts } from '#functions/sinks/opensearch/expire.ts';
import { ALERT_INDICES } from '#functions/sinks/opensearch/indices.ts';
import { prepareSearch } from '#functions/sinks/opensearch/prepare.ts';
import { openSearchSink } from '#functions/sinks/opensearch/sink.ts';
import { guarded } from '#functions/sinks/store-at-fault.ts';
import { type SearchClient, searchClient } from '#lib/stores/search.ts';
import { plenty } from '../support/deadlines.ts';
import { whileFrozen } from '../support/freeze.ts';
import { batchOfRecords, lambdaContext, type TestRecord } from '../support/msk-event.ts';
import { startSearch } from '../support/servers.ts';

let search: Awaited<ReturnType<typeof startSearch>>;
/** The functions' client of that node. `search.client` only prepares and reads back. */
let client: SearchClient;
beforeAll(async () => {
  search = await startSearch();
  client = searchClient({ node: search.server.endpoint, auth: 'none', region: 'us-east-1' });
  await prepareSearch({ client, auth: 'none' }, plenty);
});
afterAll(() => search?.stop());

const alert = (offset: number, more: object = {}, headers: Record<string, string> = {}): TestRecord => ({
  topic: 'alerts-topic',
  offset,
  headers: { source: `raw-data-topic-0-${offset}/Speeding`, location: '12.97,77.59', threshold: '80', ...headers },
  value: { vehicleId: 'V123', alert: 'Speeding', speed: 90 + offset / 100, timestamp: '2026-01-01T00:00:00Z', ...more },
});
const write = (records: TestRecord[], { by = client, ms = 60_000 }: { by?: SearchClient; ms?: number } = {}) =>
  openSearchSink(by).write(batchOfRecords(records, {}, ms));

async function found(query: object) {
  await search.client.indices.refresh({ index: ALERT_INDICES });
  const { body } = await search.client.search({ index: ALERT_INDICES, body: { query, size: 2_000, version: true } });
  return body.hits.hits;
}
const ofVehicle = (vehicleId: string) => found({ term: { vehicleId } });

test('an alert is a document in the index of its month, with location, trip and threshold', async () => {
  const vehicle = { vehicleId: 'document' };

  expect(await write([alert(1, vehicle, { tripId: 'T1' })])).toEqual([]);

  expect(await ofVehicle('document')).toMatchObject([
    {
      _index: 'alerts-2026.01',
      _id: 'raw-data-topic-0-1/Speeding',
      _source: {
        source: 'raw-data-topic-0-1/Speeding',
        ...vehicle,
        alert: 'Speeding',
        eventTime: '2026-01-01T00:00:00.000Z',
        location: { lat: 12.97, lon: 77.59 },
        tripId: 'T1',
        threshold: 80,
        speed: 90.01,
      },
    },
  ]);
});

test.each([
  ['2026-11-28T15:00:00.1234567890Z', '2026-11-28T15:00:00.123Z'],
  ['2026-11-28T15:00:00+19:00', '2026-11-27T20:00:00.000Z'],
  ['2026-11-28 15:00:00+0530', '2026-11-28T09:30:00.000Z'],
])('an alert of a trip that is planned for %s is a document with the time %s', async (sent, stored) => {
  const vehicleId = `planned ${stored}`;
  const trip = readTrip({
    key: null,
    value: Buffer.from(JSON.stringify({ vehicleId, tripId: 'T', destination: '1,-5e-7', plannedArrival: sent })),
  }) as { plannedArrival: string };
  const { reading } = readTelemetry({
    timestamp: -1,
    value: Buffer.from(JSON.stringify({ vehicleId, location: '1,-5e-7', timestamp: sent })),
  });

  const failures = await write([
    alert(5_000, { ...reading, location: undefined, plannedArrival: trip.plannedArrival }, { location: '1,-5e-7' }),
  ]);

  expect(failures).toEqual([]);
  expect(await ofVehicle(vehicleId)).toMatchObject([
    { _source: { plannedArrival: stored, location: { lat: 1, lon: -5e-7 }, eventTime: stored } },
  ]);
  await search.client.deleteByQuery({ index: ALERT_INDICES, refresh: true, body: { query: { term: { vehicleId } } } });
});

test('a batch that is written again, whole or in part, by two workers at once, changes nothing', async () => {
  const batch = Array.from({ length: 500 }, (_, n) => alert(1_000 + n, { vehicleId: 'again' }));

  const failures = await Promise.all([write(batch), write(batch), write(batch.slice(100, 300))]);
  failures.push(await write(batch.map((record) => ({ ...record, value: alert(0, { vehicleId: 'other' }).value }))));

  expect(failures.flat()).toEqual([]);
  const documents = await ofVehicle('again');
  expect(documents).toHaveLength(500);
  expect(new Set(documents.map(({ _version }) => _version))).toEqual(new Set([1]));
  expect(await ofVehicle('other')).toEqual([]);
});

test.each([
  [
    'a field that the mapping does not have',
    { colour: 'red' },
    'OPENSEARCH_STRICT_DYNAMIC_MAPPING_EXCEPTION',
    '[colour]',
  ],
  ['a word for a number', { speed: 'fast' }, 'OPENSEARCH_MAPPER_PARSING_EXCEPTION', '[speed]'],
  ['a word for a time', { estimatedArrival: 'soon' }, 'OPENSEARCH_MAPPER_PARSING_EXCEPTION', '[estimatedArrival]'],
  ['an object for a number', { fuelLevel: { of: 1 } }, 'OPENSEARCH_MAPPER_PARSING_EXCEPTION', '[fuelLevel]'],
])(
  '%s is refused permanently with the reason, and the rest of its bulk is indexed',
  async (what, bad, code, reason) => {
    const vehicleId = `refused ${what}`;
    const offset = 2_000 + what.length * 10;

    const failures = await write([
      alert(offset, { vehicleId }),
      alert(offset + 1, { vehicleId, ...bad }),
      alert(offset + 2, { vehicleId }),
    ]);

    expect(failures.map(({ record, error }) => [record.offset, error.code, error.retriable])).toEqual([
      [offset + 1, code, false],
    ]);
    expect(failures[0]?.error.message).toContain(reason);
    for (const value of ['red', 'fast', 'soon']) expect(failures[0]?.error.message).not.toContain(value);
    expect(await ofVehicle(vehicleId)).toHaveLength(2);
  },
);

test('a location that is not on Earth is refused permanently', async () => {
  const failures = await write([alert(3_000, {}, { location: '91,0' }), alert(3_001, {}, { location: 'here' })]);

  expect(failures.map(({ error }) => error.retriable)).toEqual([false, false]);
});

test('a record that is no alert fails before the request', async () => {
  const failures = await write([
    { topic: 'alerts-topic', offset: 1, value: 'no JSON' },
    { topic: 'alerts-topic', offset: 2, value: { vehicleId: 'V1' } },
  ]);

  expect(failures.map(({ error }) => error.code)).toEqual(['NOT_JSON', 'SCHEMA']);
});

test('a batch that is larger than a request is several requests', async () => {
  const wide = 'x'.repeat(100_000);
  const batch = Array.from({ length: 100 }, (_, n) =>
    alert(4_000 + n, { vehicleId: 'wide', tripId: wide }, { source: `raw-data-topic-3-${n}/Speeding` }),
  );

  expect(await write(batch, { ms: 30_000 })).toEqual([]);
  expect(await found({ term: { vehicleId: 'wide' } })).toHaveLength(100);
});

test('the template can be put again, and new indices have it', async () => {
  await prepareSearch({ client, auth: 'none' }, plenty);
  await write([alert(5_000, { timestamp: '2019-12-31T23:59:59Z' })]);

  const { body } = await search.client.indices.getMapping({ index: 'alerts-before-2020.01' });
  const mappings = body['alerts-before-2020.01']?.mappings;
  expect(mappings).toMatchObject({ dynamic: 'strict', properties: { location: { type: 'geo_point' } } });
});

test('an index of an older template gets the new fields and keeps its documents', async () => {
  await search.client.indices.deleteIndexTemplate({ name: 'alerts' });
  const properties = { source: { type: 'keyword' }, vehicleId: { type: 'keyword' } } as const;
  await search.client.indices.create({
    index: 'alerts-2021.05',
    body: { mappings: { dynamic: 'strict', properties } },
  });
  await search.client.index({ index: 'alerts-2021.05', id: 'old', body: { vehicleId: 'older' } });
  const late = alert(5_100, { vehicleId: 'older', timestamp: '2021-05-01T00:00:00Z' });
  expect(await write([late])).toHaveLength(1);

  await prepareSearch({ client, auth: 'none' }, plenty);

  expect(await write([late])).toEqual([]);
  expect(await ofVehicle('older')).toHaveLength(2);
});

/** Timeout of one request if the batch has enough time. */
const ONE_CALL_MS = 10_000;

test('a frozen node and an unreachable node are transient errors within the deadline', async () => {
  const { result: failures, took } = await whileFrozen(search.server, () =>
    write([alert(6_000, { vehicleId: 'frozen' })], { ms: 1_000 }),
  );

  expect(failures.map(({ error }) => error.retriable)).toEqual([true]);
  expect(took).toBeLessThan(ONE_CALL_MS);
  expect(await write([alert(6_000, { vehicleId: 'frozen' })])).toEqual([]);
  expect(await ofVehicle('frozen')).toHaveLength(1);

  const nowhere = searchClient({ node: 'http://127.0.0.1:1', auth: 'none', region: 'us-east-1' });
  const away = await write([alert(6_001)], { by: nowhere, ms: 500 });
  expect(away.map(({ error }) => [error.code, error.retriable])).toEqual([['OPENSEARCH', true]]);
});

test('an index that is blocked for writes is a transient error', async () => {
  await write([alert(7_000, { timestamp: '2025-05-01T00:00:00Z' })]);
  const settings = (blocked: boolean) =>
    search.client.indices.putSettings({ index: 'alerts-2025.05', body: { index: { 'blocks.write': blocked } } });
  await settings(true);

  const failures = await write([alert(7_001, { timestamp: '2025-05-01T00:00:00Z' })], { ms: 500 });
  await settings(false);

  expect(failures.map(({ error }) => error.retriable)).toEqual([true]);
});

describe('an illegal argument caused by the cluster is transient: the alert is indexed after the repair', () => {
  const alertOf = (month: string) => alert(7_100, { vehicleId: month, timestamp: `${month}-05T00:00:00Z` });
  const shards = (most: number | null) =>
    search.client.cluster.putSettings({ body: { persistent: { 'cluster.max_shards_per_node': most } } });
  const pipeline = (name: string) =>
    search.client.indices.putSettings({ index: 'alerts-2024.02', body: { index: { default_pipeline: name } } });
  const twoOf = ['two-1', 'two-2'];

  test.each<[string, string, () => Promise<unknown>, () => Promise<unknown>]>([
    ['all shards of the cluster are taken', '2024-01', () => shards(1), () => shards(null)],
    [
      'a pipeline is missing',
      '2024-02',
      async () => {
        await write([alert(7_200, { timestamp: '2024-02-05T00:00:00Z' })]);
        await pipeline('nowhere');
      },
      () => pipeline('_none'),
    ],
    [
      'an alias has no write index',
      '2024-03',
      async () => {
        for (const index of twoOf) {
          await search.client.indices.create({ index });
          await search.client.indices.putAlias({ index, name: 'alerts-2024.03' });
        }
      },
      async () => {
        for (const index of twoOf) await search.client.indices.delete({ index });
      },
    ],
  ])('%s', async (_, month, spoil, mend) => {
    await spoil();
    const failures = await write([alertOf(month)], { ms: 500 });
    await mend();

    expect(failures.map(({ error }) => error.retriable)).toEqual([true]);
    expect(await write([alertOf(month)])).toEqual([]);
    expect(await ofVehicle(month)).toHaveLength(1);
  });
});

test('a batch is handed back if the index refuses every alert; a few bad alerts are dead letters', async () => {
  const index = 'alerts-2023.01';
  await search.client.indices.create({ index, body: { mappings: { properties: { vehicleId: { type: 'long' } } } } });
  const records = Array.from({ length: 20 }, (_, n) => alert(7_300 + n, { timestamp: '2023-01-05T00:00:00Z' }));
  const sink = guarded(openSearchSink(client));

  const failures = await sink.write(batchOfRecords(records));

  expect(new Set(failures.map(({ error }) => error.code))).toEqual(new Set(['STORE_AT_FAULT']));
  expect(failures).toHaveLength(20);
  const mixed = await sink.write(
    batchOfRecords(Array.from({ length: 20 }, (_, n) => alert(7_400 + n, n < 3 ? { colour: 'red' } : {}))),
  );
  expect(mixed.map(({ error }) => error.retriable)).toEqual([false, false, false]);
  // Other tests put the template's mapping on every index, which fails on this one.
  await search.client.indices.delete({ index });
});

const samples = new URL('../../events/search/', import.meta.url);

test('every sample of events/search finds the right alerts', async () => {
  const timestamp = new Date().toISOString();
  await write([alert(8_000, { timestamp }), alert(8_001, { timestamp, vehicleId: 'V9' }, { location: '0,0' })]);
  await search.client.indices.refresh({ index: ALERT_INDICES });

  const answers = new Map<string, { hits: number; buckets: unknown }>();
  for (const file of await readdir(samples)) {
    const body = JSON.parse(await readFile(new URL(file, samples), 'utf8'));
    const answer = await search.client.search({ index: ALERT_INDICES, body });
    const aggregation = Object.values(answer.body.aggregations ?? {})[0] as
      | { buckets: { doc_count: number }[] }
      | undefined;
    const buckets = aggregation?.buckets.map(({ doc_count }) => doc_count);
    answers.set(file, { hits: answer.body.hits.hits.length, buckets });
  }

  expect(answers.get('vehicle.json')).toEqual({ hits: 1, buckets: undefined });
  expect(answers.get('kinds.json')).toEqual({ hits: 0, buckets: [2] });
  expect(answers.get('per-minute.json')).toEqual({ hits: 0, buckets: [2] });
  expect(answers.get('box.json')?.hits).toBe(10);
});

test('the query of `npm run alerts` finds alerts by vehicle, kind, time and box', async () => {
  const timestamp = new Date().toISOString();
  await write([alert(9_000, { timestamp, vehicleId: 'asked' }), alert(9_001, { vehicleId: 'asked' })]);
  const query = { vehicle: 'asked', kind: 'Speeding', since: Date.now() - 3_600_000 };

  expect(await found(queryOf({ ...query, box: boxOf('12,77,13,78') }))).toHaveLength(1);
  expect(await found(queryOf({ ...query, box: boxOf('13,77,14,78') }))).toEqual([]);
  expect(await found(queryOf({ ...query, kind: 'LowFuel' }))).toEqual([]);
});

test('the retention deletes complete months once, and nothing else', async () => {
  await write([
    alert(9_100, { timestamp: '2020-02-29T23:59:59Z' }),
    alert(9_101, { timestamp: '2020-03-01T00:00:00Z' }),
  ]);
  await search.client.indices.create({ index: 'other-2019.01' });
  const now = Date.UTC(2020, 4, 31);

  const deleted = await expireAlerts(client, 2, now);

  expect(deleted.toSorted()).toEqual(['alerts-2020.02', 'alerts-before-2020.01']);
  expect(await expireAlerts(client, 2, now)).toEqual([]);
  const { body } = await search.client.indices.get({ index: '*' });
  expect(Object.keys(body)).toEqual(expect.arrayContaining(['alerts-2020.03', 'other-2019.01']));
});

test('the functions expireAlerts and prepareSearch start, and can be invoked by hand', async () => {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    OPENSEARCH_NODE: search.server.endpoint,
    OPENSEARCH_AUTH: 'none',
    ALERT_RETENTION_MONTHS: '1200',
    WRITER_ROLE_ARN: '',
    EXPIRY_ROLE_ARN: '',
    READER_ROLE_ARN: '',
  });
  const { handler: expire } = await import('#functions/ops/expireAlerts.ts');
  const { handler: prepare } = await import('#functions/ops/prepareSearch.ts');

  expect(await expire()).toEqual({ deleted: [] });
  expect(await prepare({}, lambdaContext())).toEqual({ prepared: 'alerts' });
});

test.each(['es', 'aoss'] as const)('requests are signed for the service %s', async (service) => {
  const { promise: request, resolve } = Promise.withResolvers<IncomingMessage>();
  const server = createServer((incoming, response) => {
    resolve(incoming);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"errors":false,"items":[]}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'KEY', AWS_SECRET_ACCESS_KEY: 'none' });
  const node = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const failures = await write([alert(1)], {
    by: searchClient({ node, auth: service, region: 'eu-west-1' }),
    ms: 500,
  });
  server.close();

  const { method, headers } = await request;
  // The function's role allows only es:ESHttpPost.
  expect(method).toBe('POST');
  expect(headers.authorization).toMatch(
    new RegExp(`^AWS4-HMAC-SHA256 Credential=KEY/\\d{8}/eu-west-1/${service}/aws4_request, SignedHeaders=`),
  );
  // The answer has no item for the alert, so it isn't a success.
  expect(failures.map(({ error }) => error.code)).toEqual(['OPENSEARCH']);
});
