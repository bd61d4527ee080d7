import { request } from 'node:http';
import { choosePorts } from '../servers/ports/ports.ts';
import { serveApi } from './serve-api.ts';

const routes = [
  { routeKey: 'GET /things/{id}', functionLogicalId: 'Read' },
  { routeKey: 'GET /rows', functionLogicalId: 'Rows' },
];

let url: string;
let stop: () => Promise<void>;
const lines: string[] = [];
const events: { functionLogicalId: string; event: unknown }[] = [];
beforeAll(async () => {
  const [port = 0] = await choosePorts([{ name: 'api', usual: 31_000, option: '' }]);
  const api = await serveApi(routes, {
    port,
    runs: (functionLogicalId) => functionLogicalId !== 'Rows',
    log: (line) => lines.push(line),
    async invoke(functionLogicalId, event) {
      events.push({ functionLogicalId, event });
      if (JSON.stringify(event).includes('fail')) throw new Error('Sandbox.Timedout');
      return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' };
    },
  });
  url = `http://127.0.0.1:${port}`;
  stop = () => api.stop();
});
afterAll(() => stop?.());

test("a function gets API Gateway's event, and its answer is the response", async () => {
  const response = await fetch(`${url}/things/a%20b?limit=1&limit=2`);

  expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
  expect(events.at(-1)).toMatchObject({
    functionLogicalId: 'Read',
    event: {
      version: '2.0',
      routeKey: 'GET /things/{id}',
      rawQueryString: 'limit=1&limit=2',
      pathParameters: { id: 'a b' },
    },
  });
});

test('a route whose store the run does not have answers 503', async () => {
  const response = await fetch(`${url}/rows`);

  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ error: expect.stringContaining('--minimal') });
});

test('a function that fails is 500, as in API Gateway; an unknown route is 404', async () => {
  expect((await fetch(`${url}/things/fail`)).status).toBe(500);
  expect(lines).toEqual(['Read failed: Error: Sandbox.Timedout']);
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
});

test('no page of another site can read an answer', async () => {
  const port = new URL(url).port;
  const ask = (headers: Record<string, string>) =>
    new Promise((resolve) => {
      request(`${url}/things/a`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });

  expect(await ask({ host: `localhost:${port}` })).toBe(200);
  expect(await ask({ host: `rebound.example:${port}` })).toBe(403);
  expect(await ask({ origin: 'https://example.com' })).toBe(403);
});
