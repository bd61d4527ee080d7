import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpFault, type HttpProxy, httpProxy } from './http-proxy.ts';

let server: Server;
let proxy: HttpProxy;
let seen: string[];

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += data));
    request.on('end', () => {
      seen.push(body);
      response.setHeader('x-own', 'yes').end(`echo ${body}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await httpProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, 1);
});
afterEach(async () => {
  await proxy.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ask = (body = 'a') => fetch(`${proxy.endpoint}/x`, { method: 'POST', body, signal: AbortSignal.timeout(2_000) });

test('without a fault, requests and answers pass, and the path of the server stays', async () => {
  expect(proxy.endpoint).toMatch(/\/api$/);
  const response = await ask('hello');
  expect([response.status, response.headers.get('x-own'), await response.text()]).toEqual([200, 'yes', 'echo hello']);
});

test.each<[string, HttpFault, sees: boolean]>([
  ['refuse', { kind: 'refuse', share: 1 }, false],
  ['drop-answer', { kind: 'drop-answer', share: 1 }, true],
])(
  '%s: the connection breaks, and the server has seen the request only where its answer is dropped',
  async (_, fault, sees) => {
    proxy.set(fault);
    await expect(ask()).rejects.toThrow('fetch failed');
    expect(seen).toEqual(sees ? ['a'] : []);
    proxy.set(undefined);
    expect((await ask()).status).toBe(200);
  },
);

test('answer: the server sees nothing, and the client gets the answer', async () => {
  const answer = { status: 503, headers: { 'x-amzn-errortype': 'SlowDown' }, body: 'full' };
  proxy.set({ kind: 'answer', share: 1, answer });
  const response = await ask();
  expect([response.status, response.headers.get('x-amzn-errortype'), await response.text()]).toEqual([
    503,
    'SlowDown',
    'full',
  ]);
  expect(seen).toEqual([]);
});

test('slow: the answer comes later', async () => {
  proxy.set({ kind: 'slow', share: 1, ms: 200 });
  const began = performance.now();
  await ask();
  expect(performance.now() - began).toBeGreaterThanOrEqual(195);
});

test('silent: nothing comes until the fault ends, and then the connection breaks', async () => {
  proxy.set({ kind: 'silent', share: 1 });
  const asking = ask().then(
    () => 'answered',
    () => 'broken',
  );
  expect(await Promise.race([asking, new Promise((resolve) => setTimeout(resolve, 200, 'silent'))])).toBe('silent');
  proxy.set(undefined);
  expect(await asking).toBe('broken');
});

test('a share hits some requests and not others', async () => {
  proxy.set({ kind: 'answer', share: 0.5, answer: { status: 500, headers: {}, body: '' } });
  const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await ask()).status));
  expect(new Set(statuses)).toEqual(new Set([200, 500]));
  expect(proxy.hits()).toBe(statuses.filter((status) => status === 500).length);
});
