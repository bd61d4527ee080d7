import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { createInvoker, type Invoker } from '../runtime/invoker.ts';
import { committed, connect, createTopic, disconnect, done, numbered, produce, start, stopAll } from './kafka.ts';

/** Fails on its first batch, in the way that the variable FAILS names, and succeeds on the second. */
const HANDLER = `
const { existsSync, writeFileSync } = require('node:fs');
const fails = {
  memory: () => { const all = []; for (;;) all.push(1); },
  exit: () => process.exit(1),
  uncaught: () => new Promise(() => setImmediate(() => { throw new Error('outside') })),
  unhandled: () => new Promise(() => { Promise.reject(new Error('nobody waits')) }),
  crash: () => process.abort(),
  endless: () => { for (;;) {} },
};
exports.handler = async () => {
  const failed = 'failed-' + process.env.FAILS;
  if (existsSync(failed)) return;
  writeFileSync(failed, '');
  return fails[process.env.FAILS]();
};`;

let directory: string;
let invoker: Invoker;

beforeAll(async () => {
  // Hides the instances' output: jest takes "heap out of memory" in a worker's output for the worker's own crash.
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  await connect();
  directory = await mkdtemp(join(tmpdir(), 'msk-isolation-'));
  await writeFile(join(directory, 'index.cjs'), HANDLER);
});
afterEach(async () => {
  await stopAll();
  await invoker.cleanup();
});
afterAll(async () => {
  await disconnect();
  await rm(directory, { recursive: true });
});

test.each([
  ['memory', 'Runtime.OutOfMemory'],
  ['exit', 'Runtime.ExitError'],
  ['uncaught', 'Error: outside'],
  ['unhandled', 'Runtime.UnhandledPromiseRejection'],
  ['crash', 'Runtime.ExitError'],
  ['endless', 'Sandbox.Timedout'],
])('%s fails the batch, and the mapping retries it in a new instance', async (fails, error) => {
  const topic = await createTopic(1);
  const lambdaFunction = {
    key: 'work',
    name: 'work',
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    timeout: fails === 'endless' ? 3 : 60,
    memorySize: 64,
    environment: { FAILS: fails },
    directory,
  };
  invoker = createInvoker(lambdaFunction, 'us-east-1');
  await produce(topic, numbered(0, 0, 3));
  const errors: string[] = [];
  const run = start(topic, async (event) => {
    try {
      return await invoker.invoke(event);
    } catch (failure) {
      errors.push((failure as Error).message);
      throw failure;
    }
  });
  await done(run, 3);

  expect(errors).toEqual([expect.stringContaining(error)]);
  expect(await committed(run.group, topic)).toEqual({ 0: 3 });
});
