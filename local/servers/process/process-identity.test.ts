import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { jest } from '@jest/globals';

/** As on a machine without /proc (macOS), where the identity of a process comes from ps. */
jest.unstable_mockModule('node:fs', () => ({ existsSync: () => false }));
const { identify, isRunning, ownIdentity } = await import('./process-identity.ts');

test('without /proc, ps identifies a process while it runs, and not after its end', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const identity = await identify(child.pid as number);

  expect(identity?.started).toMatch(/^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
  expect(await isRunning(identity as NonNullable<typeof identity>)).toBe(true);
  expect(await isRunning({ pid: child.pid as number, started: 'Thu Jan 1 00:00:00 1970' })).toBe(false);

  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await identify(child.pid as number)).toBeUndefined();
});

test('without /proc, ps identifies this process', async () => {
  expect(await ownIdentity()).toEqual(await identify(process.pid));
});
