import { request } from 'node:http';
import type { Ask } from '#functions/ops/redrive/ask.ts';
import type { Answers, Requests } from '#functions/ops/redrive/requests.ts';
import { eventually } from '#test/support/eventually.ts';
import type { Redrive, Sent, State, StoredRecord, Way } from '../../contract.ts';
import { Redrives } from '../redrive/redrives.ts';
import type { Source } from '../source.ts';
import { RequestError } from './guard.ts';
import { type DashboardServer, serveDashboard } from './server.ts';

const STATE: State = {
  mode: 'local',
  stage: 'local',
  now: 1,
  graph: { nodes: [], edges: [] },
  samples: [],
  canRedrive: true,
  flow: { mappings: [], topics: [], servers: [] },
  vehicles: [],
  alerts: [],
  windows: [],
  logins: { deviceType: {}, appVersion: {}, locale: {} },
  deadLetters: { byCause: {}, items: [] },
};
const WAY: Way = { source: 'orders-0-1', trace: null, steps: [], isComplete: true };
const sent: unknown[] = [];
const watched: number[] = [];
let isTailOpen = false;
const sends: object[] = [];
const letter = { code: 'SCHEMA', function: 'processOrder', attempts: 0, timestamp: 1 };
const from = { topic: 'orders', partition: 0, offset: 7 };
type Asked = 'letters' | 'sent' | 'send';
const redriveAnswers: { [A in Asked]: (request: Requests[A]) => Answers[A] } = {
  letters: () => ({ letters: [{ ...letter, at: { partition: 0, offset: 1 }, from, origin: 'orders-0-7' }], others: 0 }),
  sent: () => ({ letters: [] }),
  send(request) {
    sends.push(request);
    return { sent: 1, refused: [] };
  },
};
const redrives = new Redrives({
  ask: ((action: Asked, request: never) => Promise.resolve(redriveAnswers[action](request))) as unknown as Ask,
  readers: new Map([['orders', new Set(['processOrder'])]]),
  topics: ['orders-dlq'],
});

const source: Source = {
  state: () => STATE,
  changes: () => ({ vehicles: { changed: [['V1', 1, 2, 3, null, 4, 'raw-data-topic-0-1']], removed: [] } }),
  watched: (pages) => void watched.push(pages),
  tail(topic) {
    if (topic !== 'orders') throw new RequestError(400, 'the topics are orders', 'tail');
    isTailOpen = true;
    const stop = () => {
      isTailOpen = false;
    };
    return { take: () => ({ topic, items: [], left: 1 }), stop };
  },
  way: async () => WAY,
  record: async (place, reveal) => ({ ...place, value: String(reveal) }) as unknown as StoredRecord,
  async send(record): Promise<Sent> {
    sent.push(record);
    return { source: 'orders-0-1' };
  },
  redrives: async () => redrives,
  api: async (path) => ({ status: 503, type: 'application/json', body: path }),
  stop: async () => {},
};

let server: DashboardServer;
let port: number;
beforeAll(async () => {
  server = await serveDashboard(source, 0);
  port = Number(new URL(server.url).port);
});
afterAll(() => server.close());

interface Answer {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: string;
}

/** Unlike fetch, it sends any Host and Origin. */
function ask(path: string, options: { method?: string; headers?: object; body?: string } = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { ...headers } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const own = () => `http://127.0.0.1:${port}`;
const json = () => ({ origin: own(), 'content-type': 'application/json' });
const order = JSON.stringify({ topic: 'orders', key: null, value: '{}' });

test.each(['/', '/events-none', '/way', '/record?topic=a'])(
  'the response to %s forbids foreign content, sniffing and a referrer',
  async (path) => {
    const { headers } = await ask(path);

    expect(headers).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'self';.*frame-ancestors 'none'$/),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['content-security-policy']).not.toContain('unsafe');
  },
);

test.each(['127.0.0.1', 'localhost', '[::1]'])('answers the loopback host %s with its port', async (name) => {
  expect(await ask('/way?source=orders-0-1', { headers: { host: `${name}:${port}` } })).toMatchObject({ status: 200 });
});

test.each([
  'evil.example',
  'evil.example:PORT',
  '127.0.0.1',
  '127.0.0.1:1',
  '127.0.0.1.evil.example:PORT',
  'localhost.:PORT',
])('refuses the host %s: its name may lead here by DNS rebinding', async (name) => {
  const headers = { host: name.replace('PORT', String(port)) };

  expect(await ask('/', { headers })).toMatchObject({ status: 403 });
  expect(await ask('/events', { headers })).toMatchObject({ status: 403 });
});

test('refuses a page of another site', async () => {
  expect(await ask('/way?source=orders-0-1', { headers: { origin: 'http://evil.example' } })).toMatchObject({
    status: 403,
  });
  expect(await ask('/events', { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' } })).toMatchObject(
    { status: 403 },
  );
});

test('follows a link from another site to the page', async () => {
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };

  expect(await ask('/', { headers })).toMatchObject({ status: 200 });
});

test.each([
  ['without an origin', () => ({ 'content-type': 'application/json' }), 403],
  ['from another origin', () => ({ ...json(), origin: 'http://evil.example' }), 403],
  ['from another port', () => ({ ...json(), origin: 'http://127.0.0.1:1' }), 403],
  ['from an opaque origin', () => ({ ...json(), origin: 'null' }), 403],
  ['of a form', () => ({ ...json(), 'content-type': 'text/plain' }), 415],
  ['without a content type', () => ({ origin: own() }), 415],
])('sends no record for a POST %s', async (_, headers, status) => {
  sent.length = 0;

  expect(await ask('/send', { method: 'POST', headers: headers(), body: order })).toMatchObject({ status });
  expect(sent).toEqual([]);
});

test.each([
  ['without an origin', () => ({ 'content-type': 'application/json' }), 403],
  ['from another origin', () => ({ ...json(), origin: 'http://evil.example' }), 403],
  ['to another host', () => ({ ...json(), host: 'evil.example' }), 403],
  ['of a form', () => ({ ...json(), 'content-type': 'text/plain' }), 415],
])('plans and redrives nothing for a POST %s', async (_, headers, status) => {
  sends.length = 0;
  const { id } = await redrives.plan({ topic: 'orders-dlq' });
  const post = (path: string, body: object) =>
    ask(path, { method: 'POST', headers: headers(), body: JSON.stringify(body) });

  for (const answer of [post('/redrive/plan', { topic: 'orders-dlq' }), post('/redrive/run', { id })])
    expect(await answer).toMatchObject({ status });

  expect([sends, redrives.latest]).toEqual([[], expect.objectContaining({ id, state: 'planned' })]);
});

test('redrives what a dry run has shown, by a second POST that names it', async () => {
  sends.length = 0;
  const post = (path: string, body: object) =>
    ask(path, { method: 'POST', headers: json(), body: JSON.stringify(body) });

  const planned = await post('/redrive/plan', { topic: 'orders-dlq', code: 'SCHEMA' });
  const { id, groups } = JSON.parse(planned.body) as Redrive;
  expect([planned.status, sends]).toEqual([201, []]);
  const other = await post('/redrive/run', { id: 'another' });
  const run = await post('/redrive/run', { id });
  await eventually(() => redrives.latest?.state === 'done', { what: 'the end' });

  expect(groups).toEqual([{ topic: 'orders', function: 'processOrder', code: 'SCHEMA', records: 1 }]);
  expect([other.status, run.status]).toEqual([409, 202]);
  expect(sends).toEqual([expect.objectContaining({ topic: 'orders-dlq', id })]);
  expect(JSON.parse((await ask('/redrive')).body)).toMatchObject({ id, state: 'done', sent: 1 });
});

test('sends a record for a POST of the page', async () => {
  sent.length = 0;

  expect(await ask('/send', { method: 'POST', headers: json(), body: order })).toMatchObject({
    status: 201,
    body: '{"source":"orders-0-1"}',
  });
  expect(sent).toEqual([{ topic: 'orders', key: null, value: '{}' }]);
});

test.each([
  ['no JSON', '{', 400, undefined],
  ['a list', '[]', 400, undefined],
  ['no topic', '{"value":""}', 400, 'topic'],
  ['a number as key', '{"topic":"orders","key":1,"value":""}', 400, 'key'],
  ['an object as value', '{"topic":"orders","value":{}}', 400, 'value'],
  ['megabytes', `{"topic":"${'x'.repeat(3_000_000)}"}`, 413, undefined],
])('refuses a body with %s, and names the parameter', async (_, body, status, parameter) => {
  const answer = await ask('/send', { method: 'POST', headers: json(), body });

  expect(answer).toMatchObject({ status });
  expect(JSON.parse(answer.body)).toEqual({ error: expect.any(String), ...(parameter && { parameter }) });
});

test.each([
  ['/way', 400, 'source'],
  ['/way?source=none', 400, 'source'],
  ['/record?topic=orders&partition=-1&offset=0', 400, 'partition'],
  ['/record?topic=orders&partition=0&offset=1e3', 400, 'offset'],
  ['/events?tail=none', 400, 'tail'],
  ['/assets/../../package.json', 404, undefined],
  ['/assets/%2e%2e/%2e%2e/package.json', 404, undefined],
  ['/package.json', 404, undefined],
])('GET %s is an error', async (path, status, parameter) => {
  const answer = await ask(path);

  expect(answer).toMatchObject({ status });
  expect(JSON.parse(answer.body)).toEqual({ error: expect.any(String), ...(parameter && { parameter }) });
});

test('other methods are not allowed', async () => {
  expect(await ask('/', { method: 'DELETE' })).toMatchObject({ status: 405 });
});

test('personal fields are shown only where the request says so', async () => {
  const shown = async (query: string) =>
    JSON.parse((await ask(`/record?topic=orders&partition=0&offset=1${query}`)).body).value;

  expect([await shown(''), await shown('&reveal=0'), await shown('&reveal=1')]).toEqual(['false', 'false', 'true']);
});

test('passes a request on to the API with its query', async () => {
  expect(await ask('/api/vehicles?limit=1')).toMatchObject({ status: 503, body: '/vehicles?limit=1' });
});

/** Reads a stream until the text is in it, and leaves. */
async function streamUntil(path: string, wanted: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (!text.includes(wanted)) return;
        asked.destroy();
        resolve(text);
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('a page gets the state first and then the changes; when it leaves, nothing is watched', async () => {
  const text = await streamUntil('/events', 'event: vehicles');

  expect(text).toMatch(
    /^event: state\ndata: \{"mode":"local".*\}\n\nevent: vehicles\ndata: \{"changed":\[\["V1",1,2,3/,
  );
  while (watched.at(-1) !== 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(watched.slice(-2)).toEqual([1, 0]);
});

test('a page that asks for a topic gets its records too, until it leaves', async () => {
  expect(await streamUntil('/events?tail=orders', 'event: tail')).toContain(
    'data: {"topic":"orders","items":[],"left":1}',
  );

  while (isTailOpen) await new Promise((resolve) => setTimeout(resolve, 10));
});
