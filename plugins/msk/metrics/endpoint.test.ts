import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveMetrics } from './endpoint.ts';

test('serves the current text at /metrics on 127.0.0.1', async () => {
  let count = 0;
  const { url, close } = await serveMetrics({ port: 0, option: '--port', text: async () => `records ${++count}\n` });
  const missing = await fetch(new URL('/', url));
  const [first, second] = [await fetch(url), await fetch(url)];

  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  expect([missing.status, first.status]).toEqual([404, 200]);
  expect(first.headers.get('content-type')).toContain('text/plain');
  expect([await first.text(), await second.text()]).toEqual(['records 1\n', 'records 2\n']);
  await close();
  await expect(fetch(url)).rejects.toThrow();
});

test('if the text can’t be made, the scrape fails', async () => {
  const { url, close } = await serveMetrics({ port: 0, option: '--port', text: () => Promise.reject(new Error('no')) });
  expect((await fetch(url)).status).toBe(500);
  await close();
});

test('if the port is in use, the error names the option', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;

  const served = serveMetrics({ port, option: 'custom.msk.metricsPort', text: async () => '' });
  await expect(served).rejects.toThrow(`custom.msk.metricsPort ${port}: `);
  other.close();
});
