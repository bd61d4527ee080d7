import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isRunning, type ProcessIdentity } from '../process/process-identity.ts';
import { LockedError, takeLock } from './lock.ts';

describe('lock', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
    path = join(folder, 'lock');
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('an error names the process that holds it; once released, it can be taken again', async () => {
    const release = await takeLock(path);

    await expect(takeLock(path)).rejects.toThrow(LockedError);
    await expect(takeLock(path)).rejects.toMatchObject({ holder: { pid: process.pid } });
    await release();

    const again = await takeLock(path);
    await again();
    expect(await readdir(folder)).toEqual([]);
  });

  test('of many that want it at once, exactly one gets it, even where a dead process has left it', async () => {
    for (let round = 0; round < 30; round += 1) {
      await writeFile(path, JSON.stringify({ pid: process.pid, started: 'long ago' }));

      const results = await Promise.allSettled(Array.from({ length: 50 }, () => takeLock(path)));

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await readdir(folder)).toEqual(['lock']);
      await rm(path);
    }
  });

  test('a killed takeover does not block the next one', async () => {
    const dead = JSON.stringify({ pid: process.pid, started: 'long ago' });
    await Promise.all([writeFile(path, dead), writeFile(`${path}.takeover`, dead)]);

    const release = await takeLock(path);

    expect(await readdir(folder)).toEqual(['lock']);
    await release();
  });

  test.each([
    ['of a process that has ended', async () => JSON.stringify(await endedProcess())],
    ['of another process that had this id', async () => JSON.stringify({ pid: process.pid, started: '1' })],
    ['cut short', async () => '{"pid":'],
  ])('a lock %s is taken over', async (_, left) => {
    await writeFile(path, await left());

    const release = await takeLock(path);

    await expect(takeLock(path)).rejects.toMatchObject({ holder: { pid: process.pid } });
    await release();
  });
});

describe('a lock that cannot be read', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test.each([
    ['a folder', 'EISDIR', (path: string) => mkdir(path)],
    ['a link to itself', 'ELOOP', (path: string) => symlink(path, path)],
  ])('%s is an error that says so, not an endless loop', async (_, code, make) => {
    const path = join(folder, 'lock');
    await make(path);

    await expect(takeLock(path)).rejects.toThrow(`${path} is there and can't be read (${code})`);
    expect(await readdir(folder)).toEqual(['lock']);
  });

  test("another user's lock is an error that says so", async () => {
    const path = join(folder, 'lock');
    await writeFile(path, '{}', { mode: 0o000 });
    await chmod(folder, 0o777);
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    const taken = await takeLock(path).catch((error: unknown) => error);
    if (root) process.seteuid?.(0);

    expect(taken).toMatchObject({ message: expect.stringContaining("can't be read (EACCES)") });
  });
});

describe('process identity', () => {
  test('its start tells a running process from a later one with the same id', async () => {
    const own = (await identify(process.pid)) as ProcessIdentity;

    expect(await isRunning(own)).toBe(true);
    expect(await isRunning({ ...own, started: `${own.started}0` })).toBe(false);
  });

  test('a process that has ended is not running', async () => {
    expect(await isRunning(await endedProcess())).toBe(false);
  });
});

async function endedProcess(): Promise<ProcessIdentity> {
  const child = spawn('sleep', ['60']);
  const identity = (await identify(child.pid as number)) as ProcessIdentity;
  child.kill('SIGKILL');
  await once(child, 'exit');
  return identity;
}
