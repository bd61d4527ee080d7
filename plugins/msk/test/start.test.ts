import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** How long a stop may wait for running functions. */
const DRAIN_MS = 10_000;
const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

let temporary: string;
let child: ChildProcess;

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'msk-start-'));
});
afterEach(async () => {
  child.kill('SIGKILL');
  await rm(temporary, { recursive: true });
  await rm(join(import.meta.dirname, 'fixture/.serverless'), { recursive: true, force: true });
});

/** Runs `serverless msk start` on the fixture until its deployment begins. The deployment never ends. */
async function startUntilDeploying(): Promise<void> {
  child = spawn(process.execPath, [cli, 'msk', 'start'], {
    cwd: join(import.meta.dirname, 'fixture'),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      MSK_EVENT: '{}',
      MSK_CUSTOM: JSON.stringify({ offline: './hanging.mjs' }),
      NODE_OPTIONS: '',
      SLS_DEPRECATION_DISABLE: '*',
      TMPDIR: temporary,
    },
  });
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
    if (line === 'deploying') return;
  }
}

test.each<[how: string, stop: () => unknown]>([
  ['Ctrl-C', () => child.kill('SIGINT')],
  ['SIGTERM', () => child.kill('SIGTERM')],
  ['a message of the parent process', () => child.send({ type: 'stop' })],
  ['the end of the parent process', () => child.disconnect()],
])('%s stops a start at once, and no temporary file remains', async (_, stop) => {
  await startUntilDeploying();
  const exit = once(child, 'exit');
  const before = Date.now();
  stop();

  expect(await exit).toEqual([0, null]);
  expect(Date.now() - before).toBeLessThan(DRAIN_MS);
  expect(await readdir(temporary)).toEqual([]);
});
