import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listensOn } from './port-owner.ts';
import { portReservations } from './port-reservations.ts';
import { choosePorts, isFree } from './ports.ts';

async function listen(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

describe('ports', () => {
  let server: Server;
  let taken: number;
  beforeEach(async () => {
    ({ server, port: taken } = await listen('127.0.0.1'));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('a server gets its usual port where that is free', async () => {
    const [port] = await choosePorts([{ name: 's3', usual: taken + 1, option: '--s3-port' }]);

    expect(port).toBeGreaterThan(taken);
    expect(await isFree(port as number)).toBe(true);
  });

  test('where the usual port is taken, a server gets the next free one, and no two servers get the same', async () => {
    const ports = await choosePorts([
      { name: 'kafka', usual: taken, option: '--kafka-port' },
      { name: 'kafka-2', usual: taken, option: '--kafka-2-port' },
    ]);

    expect(ports).not.toContain(taken);
    expect(new Set(ports).size).toBe(2);
  });

  test('no server gets the port that the user asked for another server', async () => {
    const free = taken + 1;

    const [first, second] = await choosePorts([
      { name: 'kafka', usual: free, option: '--kafka-port' },
      { name: 's3', usual: 9000, asked: free, option: '--s3-port' },
    ]);

    expect(second).toBe(free);
    expect(first).not.toBe(free);
  });

  test('where the port that the user asked for is taken, the error names port and option', async () => {
    const choice = choosePorts([{ name: 's3', usual: 9000, asked: taken, option: '--s3-port' }]);

    await expect(choice).rejects.toThrow(`Port ${taken} for s3 (--s3-port ${taken}) is taken`);
  });

  test('a port on which another program listens on every interface is taken', async () => {
    const everywhere = await listen('0.0.0.0');

    expect(await isFree(everywhere.port)).toBe(false);

    await new Promise((resolve) => everywhere.server.close(resolve));
  });

  test('starts at the same time get different ports; the ports are free again after their ends', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'ports-'));
    const starts = Array.from({ length: 3 }, () => portReservations(cache));
    const requests = ['kafka', 's3'].map((name) => ({ name, usual: taken + 1, option: `--${name}-port` }));

    const chosen = await Promise.all(starts.map(({ take }) => choosePorts(requests, take)));

    expect(new Set(chosen.flat()).size).toBe(6);
    await Promise.all(starts.map(({ release }) => release()));
    expect(await readdir(join(cache, 'ports'))).toEqual([]);
    await rm(cache, { recursive: true });
  });

  test('a port that the user asked for and another start has is an error', async () => {
    const choice = choosePorts([{ name: 's3', usual: 9000, asked: taken + 1, option: '--s3-port' }], async () => false);

    await expect(choice).rejects.toThrow(`Port ${taken + 1} for s3`);
  });
});

describe('whether a process listens on a port', () => {
  test('is true for the process that listens, and false for another', async () => {
    const { server, port } = await listen('127.0.0.1');
    const other = spawn('sleep', ['60']);

    expect(await listensOn(process.pid, port)).toBe(true);
    expect(await listensOn(other.pid as number, port)).toBe(process.platform !== 'linux');

    other.kill();
    server.close();
  });
});
