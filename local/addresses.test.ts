import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attachedServers, readAddresses } from './addresses.ts';
import { NOWHERE } from './deploy/servers.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'addresses-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ALL = { kafka: '127.0.0.1:1', dynamodb: 'http://d', s3: 'http://s', postgres: 'postgres://p' };

async function read(content: unknown) {
  const file = join(folder, 'file.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readAddresses(file);
}

test('reads the addresses of a file, and of the stack file of another checkout', async () => {
  expect(await read({ ...ALL, other: 'x' })).toEqual(ALL);
  expect(await read({ endpoints: { ...ALL, rdsData: 'http://r' }, pid: 7 })).toEqual(ALL);
});

test('a server that the other stack does not have is left out', async () => {
  expect(await read({ ...ALL, opensearch: NOWHERE })).toEqual(ALL);
});

test.each([
  ['{', /can't read .*file.json/],
  [{ kafka: '127.0.0.1:1' }, /has no address of dynamodb, s3, postgres/],
  [{ ...ALL, s3: 7 }, /has no address of s3/],
])('%j is refused', async (content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});

test('a server that refuses a request runs, and is not stopped', async () => {
  const http = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const [attached] = attachedServers({ s3: `http://127.0.0.1:${port}` });

  await attached?.ready();
  await attached?.stop();

  expect(http.listening).toBe(true);
  http.closeAllConnections();
  http.close();
});
