import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CompressionTypes } from 'kafkajs';
import type { LiveEvents, Redrive, State, StoredRecord } from '#dashboard/contract.ts';
import { type DashboardServer, serveDashboard } from '#dashboard/server/http/server.ts';
import { Consumer } from '#dashboard/server/live/consumer.ts';
import { type LocalSource, localSource } from '#dashboard/server/local/local-source.ts';
import type { RunFacts } from '#dashboard/server/messages.ts';
import { localService, sentLetters } from '#functions/ops/redrive/ask.ts';
import { kafkaOf, NOWHERE } from '#local/deploy/servers.ts';
import { clusterAt } from '#local/kafkajs-options.ts';
import { endpointsOf } from '#local/server-list.ts';
import type { MappingStatus } from '#msk';
import { startBroker, type TestBroker } from '../../support/broker.ts';
import { eventually } from '../../support/eventually.ts';

/*
 * The dashboard's server on a real broker, without functions: the records are written as the functions write them.
 */
const TOPICS = ['raw-data-topic', 'processed-data-topic', 'alerts-topic', 'user-login', 'raw-data-dlq'];
const GROUP = 'processTelemetry-raw-data-topic-v1';

let broker: TestBroker;
let source: LocalSource;
let server: DashboardServer;

beforeAll(async () => {
  broker = await startBroker([...TOPICS, 'unreadable']);
  source = localSource(facts());
  server = await serveDashboard(source, 0);
}, 120_000);
afterAll(async () => {
  await Promise.all([server.close(), source.stop()]);
  await broker.stop();
}, 60_000);

const facts = (): RunFacts => ({
  stage: 'local',
  kafka: broker.endpoint,
  servers: [{ name: 'kafka', endpoint: broker.endpoint }],
  endpoints: { ...endpointsOf([], { api: NOWHERE, aws: NOWHERE }), kafka: broker.endpoint },
  references: {},
  graph: {
    nodes: [
      ...TOPICS.map((name) => ({ id: `topic:${name}`, kind: 'topic' as const, name, domain: null })),
      { id: 'function:processTelemetry', kind: 'function', name: 'processTelemetry', domain: 'fleet' },
    ],
    edges: [{ from: 'topic:raw-data-topic', to: 'function:processTelemetry', mapping: 'processTelemetry' }],
  },
});

type Record = { key?: string; value: string; headers?: { [name: string]: string } };

async function produce(topic: string, records: readonly Record[]): Promise<void> {
  const producer = kafkaOf({ kafka: broker.endpoint }, 'test').producer();
  await producer.connect();
  await producer.send({ topic, messages: records.map((record) => ({ ...record, partition: 0 })) });
  await producer.disconnect();
}

type Event = { [E in keyof LiveEvents]: { name: E; data: LiveEvents[E]; at: number } }[keyof LiveEvents];

/** Opens a page's stream, and collects its events until `close`. */
function openPage(query = ''): {
  events: Event[];
  latest<E extends keyof LiveEvents>(name: E): LiveEvents[E] | undefined;
  close(): void;
} {
  const abort = new AbortController();
  const events: Event[] = [];
  void (async () => {
    const response = await fetch(`${server.url}events${query}`, { signal: abort.signal });
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const parts = (text + chunk).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
        if (name !== undefined) events.push({ name, data: JSON.parse(data ?? ''), at: Date.now() } as Event);
      }
    }
  })().catch(() => {});
  return {
    events,
    latest: (name) => events.findLast((event) => event.name === name)?.data as never,
    close: () => abort.abort(),
  };
}

const stateNow = async (): Promise<State> => {
  const page = openPage();
  await eventually(() => page.latest('state') !== undefined, { what: 'the state' });
  page.close();
  return page.latest('state') as State;
};

const iso = (ms: number) => new Date(ms).toISOString();
const now = Date.now();
const processed = (vehicleId: string, time: number) => ({
  key: vehicleId,
  value: JSON.stringify({ vehicleId, latitude: 12.97, longitude: 77.59, speed: 85, timestamp: iso(time) }),
  headers: { source: 'raw-data-topic-0-1' },
});

test('shows vehicles and alerts as they come, in at most ten events a second', async () => {
  const page = openPage();
  await eventually(() => page.latest('state') !== undefined, { what: 'the state' });

  for (let i = 0; i < 20; i++)
    await produce('processed-data-topic', [processed('V123', now + i), processed(`W${i}`, now)]);
  await produce('alerts-topic', [
    { value: JSON.stringify({ vehicleId: 'V123', alert: 'Speeding', speed: 85, timestamp: iso(now) }) },
  ]);

  await eventually(() => page.latest('alerts') !== undefined, { what: 'the alert' });
  const { vehicles, alerts } = await stateNow();
  expect(vehicles).toHaveLength(21);
  expect(vehicles).toContainEqual(['V123', 12.97, 77.59, 85, 'Speeding', now + 19, 'raw-data-topic-0-1']);
  expect(alerts).toEqual([expect.objectContaining({ vehicle: 'V123', kind: 'Speeding' })]);
  page.close();
  const times = page.events.filter(({ name }) => name === 'vehicles').map(({ at }) => at);
  for (const from of times)
    expect(times.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(10);
});

test('a page that comes later gets all that is known', async () => {
  expect((await stateNow()).vehicles).toHaveLength(21);
});

test('nothing is read before the first page, which gets the latest records; after the last page, reading ends', async () => {
  await produce('processed-data-topic', [processed('V123', now)]);
  const own = localSource(facts(), { lingerMs: 1_000 });
  const vehicles = () => own.state().vehicles.length;
  const wait = { what: 'the vehicles', seen: vehicles };
  // A consumer that had started with the source would have read them by now.
  await setTimeout(3_000);
  expect(vehicles()).toBe(0);

  own.watched(1);
  await eventually(() => vehicles() === 21, wait);
  own.watched(0);
  expect(vehicles()).toBe(21);
  await eventually(() => vehicles() === 0, { ...wait, what: 'the end' });
  own.watched(1);
  await eventually(() => vehicles() === 21, wait);

  await own.stop();
});

test('the lag of a mapping is that of its group', async () => {
  const metrics = {} as MappingStatus['metrics'];
  source.status([
    {
      function: 'processTelemetry',
      topic: 'raw-data-topic',
      group: GROUP,
      state: 'Enabled',
      assigned: 3,
      inFlight: 0,
      metrics,
      lastError: 'the store is down',
      partitions: [],
      durations: metrics as never,
      ages: metrics as never,
    },
  ]);
  await produce('raw-data-topic', [{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
  const admin = kafkaOf({ kafka: broker.endpoint }, 'test').admin();
  await admin.connect();
  await admin.setOffsets({ groupId: GROUP, topic: 'raw-data-topic', partitions: [{ partition: 0, offset: '1' }] });
  await admin.disconnect();
  const page = openPage();

  await eventually(() => page.latest('flow')?.mappings[0]?.lag === 2, { what: 'a lag of 2' });

  page.close();
  expect(page.latest('flow')?.mappings[0]).toMatchObject({
    id: 'processTelemetry raw-data-topic',
    failing: true,
    problem: 'the store is down',
    lagSeconds: expect.any(Number),
    clearedIn: null,
  });
});

test('a tail shows any topic, personal fields masked; a record can be revealed', async () => {
  const page = openPage('?tail=user-login');
  await eventually(() => page.latest('state') !== undefined, { what: 'the state' });
  const login = JSON.stringify({ user_id: 'u-17', locale: 'de' });

  await eventually(
    async () => {
      // The reading of the topic begins at its end, a moment after the page has asked.
      await produce('user-login', [{ key: 'u-17', value: login }]);
      return page.latest('tail') !== undefined;
    },
    { what: 'the login' },
  );

  page.close();
  const [item] = page.latest('tail')?.items ?? [];
  expect(item).toMatchObject({ key: '•••', value: '{"user_id":"•••","locale":"de"}' });
  const record = async (more: string): Promise<StoredRecord> =>
    (await fetch(`${server.url}record?topic=user-login&partition=0&offset=${item?.offset}${more}`)).json() as never;
  expect((await record('')).value).toBe(item?.value);
  expect(await record('&reveal=1')).toMatchObject({ topic: 'user-login', key: 'u-17', value: login });
});

test('sends a record, and says where it is', async () => {
  const body = JSON.stringify({ topic: 'raw-data-topic', key: 'V123', value: 'sent by a page' });
  const headers = { 'content-type': 'application/json', origin: server.url.replace(/\/$/, '') };

  const response = await fetch(`${server.url}send`, { method: 'POST', headers, body });

  const { source: place } = (await response.json()) as { source: string };
  const [, partition, offset] = /^raw-data-topic-(\d)-(\d+)$/.exec(place) ?? [];
  const found = await fetch(`${server.url}record?topic=raw-data-topic&partition=${partition}&offset=${offset}`);
  expect(await found.json()).toMatchObject({ key: 'V123', value: 'sent by a page' });
});

async function post<T>(path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json', origin: server.url.replace(/\/$/, '') };
  const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as T;
}

test('a topic that the run does not have is refused', async () => {
  const found = await fetch(`${server.url}record?topic=__consumer_offsets&partition=0&offset=0`);

  expect([found.status, await found.json()]).toEqual([400, { error: expect.any(String), parameter: 'topic' }]);
});

test('a partition that the client cannot decode is skipped, and the others are read', async () => {
  const texts: string[] = [];
  await produceEverywhere('first');
  // Codec 5 doesn't exist. A broker would refuse such a batch from a producer.
  const log = await open(join(broker.partitions, 'unreadable-1', '00000000000000000000.log'), 'r+');
  await log.write(Buffer.from([5]), 0, 1, 22);
  await log.close();
  const consumer = new Consumer({
    brokers: broker.endpoint,
    took: ({ partition, value }) => void texts.push(`${partition} ${String(value)}`),
    patienceMs: () => 100,
  });
  await consumer.add('unreadable', 10);
  await eventually(() => texts.length === 2, { what: 'two records', seen: () => texts });

  await eventually(
    async () => {
      await produceEverywhere('more');
      return texts.includes('1 more');
    },
    { what: 'a record behind the unreadable one', seen: () => texts },
  );

  await consumer.stop();
  expect(texts.slice(0, 2).toSorted()).toEqual(['0 first', '2 first']);
}, 60_000);

async function produceEverywhere(value: string): Promise<void> {
  const producer = kafkaOf({ kafka: broker.endpoint }, 'test').producer();
  await producer.connect();
  const messages = [0, 1, 2].map((partition) => ({ partition, value }));
  await producer.send({ topic: 'unreadable', messages, compression: CompressionTypes.GZIP });
  await producer.disconnect();
}

test('a frozen or killed broker shows within 10 s, its numbers are unknown, and all is back after its start', async () => {
  const page = openPage();
  await eventually(() => page.latest('flow')?.servers[0]?.up === true, { what: 'the broker is up' });

  broker.server.process?.signal('SIGSTOP');
  await eventually(() => page.latest('flow')?.servers[0]?.up === false, { what: 'frozen', boundMs: 10_000 });
  broker.server.process?.signal('SIGCONT');
  await eventually(() => page.latest('flow')?.servers[0]?.up === true, { what: 'it is up again', boundMs: 10_000 });
  broker.server.process?.signal('SIGKILL');
  await eventually(() => page.latest('flow')?.servers[0]?.up === false, { what: 'killed', boundMs: 10_000 });
  await eventually(() => page.latest('flow')?.mappings[0]?.lag === null, { what: 'an unknown lag', boundMs: 10_000 });
  await broker.server.stop();
  await broker.server.start();
  await broker.server.ready();
  await produce('processed-data-topic', [processed('V123', now + 60_000)]);

  await eventually(() => page.latest('vehicles')?.changed.some(([, , , , , time]) => time === now + 60_000) === true, {
    what: 'the reading after the restart',
    boundMs: 30_000,
  });
  await eventually(() => page.latest('flow')?.mappings[0]?.lag === 3, { what: 'the lag again', boundMs: 30_000 });
  page.close();
});

test('dead letters are redriven after a dry run: only those of a function that reads their topic', async () => {
  const names = { topic: 'raw-data-topic', partition: '0', exception: 'SCHEMA', message: 'speed' };
  const letter = (offset: number, own: string) => ({
    key: 'V9',
    value: `refused ${offset}`,
    headers: Object.fromEntries(
      Object.entries({ ...names, offset: String(offset), function: own }).map(([name, value]) => [
        `__lambda.errors.${name}`,
        value,
      ]),
    ),
  });
  await produce('raw-data-topic', [{ value: 'refused 0' }, { value: 'refused 1' }]);
  await produce('raw-data-dlq', [letter(0, 'processTelemetry'), letter(1, 'another')]);

  const plan = await post<Redrive>('redrive/plan', { topic: 'raw-data-dlq' });
  await post('redrive/run', { id: plan.id });
  const latest = async () => (await (await fetch(`${server.url}redrive`)).json()) as Redrive;
  await eventually(async () => (await latest()).state === 'done', { what: 'the end of the redrive', boundMs: 30_000 });

  expect(plan).toMatchObject({ state: 'planned', total: 1, sent: 0 });
  expect(plan.groups).toEqual([{ topic: 'raw-data-topic', function: 'processTelemetry', code: 'SCHEMA', records: 1 }]);
  expect(plan.refused).toEqual([
    { why: 'no function another reads raw-data-topic (any more)', records: 1, letters: ['raw-data-dlq-0-1'] },
  ]);
  expect(await latest()).toMatchObject({ id: plan.id, sent: 1, problem: null });
  const ask = localService(clusterAt(broker.endpoint));
  expect(await sentLetters(ask, { id: plan.id, topic: 'raw-data-topic', since: now })).toEqual(['raw-data-dlq-0-0']);
}, 60_000);
