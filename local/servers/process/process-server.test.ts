import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BEFORE_STOP_MS, processServer } from './process-server.ts';

describe('the request before a stop', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'process-server-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** A server that logs when it is told to end. */
  const server = (beforeStop: () => Promise<unknown>) =>
    processServer({
      name: 'server',
      endpoint: 'none',
      log: join(folder, 'log'),
      launch: async () => ({
        command: '/bin/sh',
        args: ['-c', "trap 'echo told to end; exit 0' TERM; echo up; while :; do sleep 0.05; done"],
      }),
      probe: async () => {
        if ((await logged()) === '') throw new Error('not up');
      },
      beforeStop,
    });
  const logged = () => readFile(join(folder, 'log'), 'utf8');

  test('is sent while the server runs, before it is told to end', async () => {
    let before = '';
    const own = server(async () => {
      before = await logged();
    });
    await own.start();
    await own.ready();

    await own.stop();

    expect(before).toBe('up\n');
    expect(await logged()).toBe('up\ntold to end\n');
  });

  test('does not keep the server from ending where it fails', async () => {
    const own = server(async () => {
      throw new Error('refused');
    });
    await own.start();
    await own.ready();

    await own.stop();

    expect(await own.process?.exited).toEqual({ code: 0, signal: null });
  });

  test('is not waited for where the server has ended', async () => {
    const own = server(() => new Promise(() => {}));
    await own.start();
    await own.ready();
    own.process?.signal('SIGKILL');
    const begun = Date.now();

    await own.stop();

    expect(Date.now() - begun).toBeLessThan(BEFORE_STOP_MS);
  });
});

describe('a server on a port where another program listens', () => {
  test.each([
    ['ends', 'exit 1', /ended before it answered/],
    ['is silent', 'sleep 60', /did not answer .* \(another program answers there\)/],
  ])('is not ready, although that program answers: the server %s', async (_, script, message) => {
    const folder = await mkdtemp(join(tmpdir(), 'process-server-'));
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const server = processServer({
      name: 'server',
      endpoint: 'none',
      port: (other.address() as AddressInfo).port,
      log: join(folder, 'log'),
      launch: async () => ({ command: '/bin/sh', args: ['-c', script] }),
      probe: async () => {},
      readyMs: 2_000,
    });
    await server.start();

    await expect(server.ready()).rejects.toThrow(message);

    await server.stop();
    other.close();
    await rm(folder, { recursive: true });
  });
});
