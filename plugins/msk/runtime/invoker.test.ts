import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { eventually } from '../test/eventually.ts';
import { createInvoker, type Invoker } from './invoker.ts';

/** What a function may do to its process, by the event's `do`. */
const HANDLER = `
const { readdirSync, writeFileSync } = require('node:fs');
let invocations = 0;
const does = {
  answer: ({ value }) => value,
  count: () => (invocations += 1),
  pid: () => process.pid,
  throw: () => { throw new TypeError('no'); },
  throwText: () => { throw 'no error'; },
  big: () => 1n,
  text: ({ length }) => 'x'.repeat(length),
  zone: () => [new Date(0).getHours(), Intl.DateTimeFormat().resolvedOptions().timeZone],
  exit: () => process.exit(3),
  exitQuietly: () => process.exit(0),
  abort: () => process.abort(),
  killed: () => process.kill(process.pid, 'SIGKILL'),
  uncaught: () => new Promise(() => setImmediate(() => { throw new Error('outside') })),
  unhandled: () => new Promise(() => { Promise.reject(new Error('nobody waits')) }),
  endless: ({ begun }) => { if (begun) writeFileSync(begun, ''); for (;;) {} },
  never: () => new Promise(() => {}),
  numbers: () => { const all = []; for (;;) all.push(1); },
  map: () => { const all = new Map(); for (let key = 0; ; key += 1) all.set(key, key); },
  objects: () => { const all = []; for (;;) all.push({ x: Math.random() }); },
  buffers: () => { const all = []; for (;;) all.push(Buffer.alloc(1e7, 1)); },
  later: () => { setTimeout(() => { throw new Error('while idle') }, 20); return process.pid; },
  meet: async ({ folder, others }) => {
    writeFileSync(folder + '/' + process.pid, '');
    while (readdirSync(folder).length < others) await new Promise((resolve) => setTimeout(resolve, 10));
    return process.pid;
  },
  environment: () => ({ ...process.env, cwd: process.cwd() }),
};
exports.handler = async (event, context) => event.do === 'context'
  ? { ...context, left: context.getRemainingTimeInMillis() }
  : does[event.do](event);
exports.callback = (event, context, callback) => { setTimeout(() => callback(null, 'called back'), 5); };
exports.plain = (event) => 'returned';
`;

let directory: string;
const invokers: Invoker[] = [];

beforeAll(async () => {
  // What the instances print. A jest worker that prints "heap out of memory" is taken for one that is.
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  directory = await mkdtemp(join(tmpdir(), 'msk-invoker-'));
  await writeFile(join(directory, 'index.cjs'), HANDLER);
  await writeFile(join(directory, 'broken.cjs'), 'throw new RangeError("not loaded");');
});
afterEach(() => Promise.all(invokers.splice(0).map((invoker) => invoker.cleanup())));
afterAll(() => rm(directory, { recursive: true }));

interface Settings {
  handler?: string;
  runtime?: string;
  timeout?: number;
  reservedConcurrency?: number;
}

function invoker(settings: Settings = {}, patience?: number): Invoker {
  const made = createInvoker({ ...functionIn(directory), ...settings }, 'us-east-1', patience);
  invokers.push(made);
  return made;
}

const functionIn = (folder: string) => ({
  key: 'work',
  name: 'service-work',
  handler: 'index.handler',
  runtime: 'nodejs24.x',
  timeout: 60,
  memorySize: 64,
  environment: { OWN: 'its own' },
  directory: folder,
});

describe('a failed invocation, after which the next one succeeds', () => {
  const memory = { errorType: 'Runtime.OutOfMemory', message: expect.stringContaining('64 MB') };
  test.each([
    ['throws', 'throw', { errorType: 'TypeError', message: 'TypeError: no' }],
    ['throws what is no error', 'throwText', { errorType: 'string', message: 'string: no error' }],
    ['returns what JSON can’t hold', 'big', { errorType: 'TypeError' }],
    ['process.exit(3)', 'exit', { errorType: 'Runtime.ExitError', message: expect.stringContaining('exit status 3') }],
    ['process.exit(0)', 'exitQuietly', { message: expect.stringContaining('exited without providing a reason') }],
    ['process.abort()', 'abort', { message: expect.stringContaining('signal: SIGABRT') }],
    ['is killed', 'killed', { errorType: 'Runtime.ExitError', message: expect.stringContaining('signal: SIGKILL') }],
    ['throws outside of its promise', 'uncaught', { errorType: 'Error', message: 'Error: outside' }],
    ['leaves a rejection unhandled', 'unhandled', { errorType: 'Runtime.UnhandledPromiseRejection' }],
    ['fills its heap with an array', 'numbers', memory],
    ['fills its heap with a map', 'map', memory],
    ['fills its heap with objects', 'objects', memory],
  ])(
    '%s',
    async (_, work, error) => {
      const { invoke } = invoker();

      await expect(invoke({ do: work })).rejects.toMatchObject({ name: 'InvocationError', ...error });
      expect(await invoke({ do: 'answer', value: 1 })).toBe(1);
    },
    20_000,
  );

  test.each(['endless', 'never'])('takes longer than its timeout: %s', async (work) => {
    const { invoke } = invoker({ timeout: 1 });

    await expect(invoke({ do: work })).rejects.toMatchObject({
      errorType: 'Sandbox.Timedout',
      message: 'Sandbox.Timedout: Task timed out after 1.00 seconds',
    });
    const next = () => invoke({ do: 'answer', value: 1 });
    expect(await eventually(next, { what: 'an answer within the second that the function has' })).toBe(1);
  });

  (process.platform === 'linux' ? test : test.skip)(
    'fills memory outside of its heap',
    async () => {
      const { invoke } = invoker();

      await expect(invoke({ do: 'buffers' })).rejects.toMatchObject({ errorType: 'Runtime.OutOfMemory' });
      expect(await invoke({ do: 'answer', value: 1 })).toBe(1);
    },
    20_000,
  );
});

test('another function’s invocation goes on where one crashes', async () => {
  const [healthy, crashing] = [invoker(), invoker()];
  const answer = healthy.invoke({ do: 'answer', value: 1 });

  await expect(crashing.invoke({ do: 'abort' })).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(await answer).toBe(1);
});

test('a module that can’t be loaded fails each invocation, and the initialization', async () => {
  const error = { errorType: 'RangeError', message: 'RangeError: not loaded' };

  await expect(invoker({ handler: 'broken.handler' }).initialize()).rejects.toMatchObject(error);
  await expect(invoker({ handler: 'broken.handler' }).invoke({})).rejects.toMatchObject(error);
  await expect(invoker({ handler: 'absent.handler' }).invoke({})).rejects.toThrow('the package holds no absent.js');
  await expect(invoker({ handler: 'index.absent' }).invoke({})).rejects.toThrow('is no exported function');
});

test('an instance is used again', async () => {
  const { invoke } = invoker();

  expect([await invoke({ do: 'count' }), await invoke({ do: 'count' })]).toEqual([1, 2]);
});

test('calls that last get an instance each', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'msk-invoker-meet-'));
  const { invoke } = invoker();

  const pids = await Promise.all([1, 2, 3].map(() => invoke({ do: 'meet', folder, others: 3 })));

  expect(new Set(pids).size).toBe(3);
  await rm(folder, { recursive: true });
});

test('short calls share an instance: each waits for the one before it, in order', async () => {
  const { invoke, initialize } = invoker({}, 60_000);
  await initialize();

  expect(await Promise.all([1, 2, 3].map(() => invoke({ do: 'count' })))).toEqual([1, 2, 3]);
});

test('of a function with reserved concurrency there are no more instances than that; who comes later waits', async () => {
  const { invoke } = invoker({ reservedConcurrency: 2 }, 1);

  const pids = await Promise.all([1, 2, 3, 4, 5, 6].map(() => invoke({ do: 'pid' })));

  expect(new Set(pids).size).toBeLessThanOrEqual(2);
});

test('a function whose reserved concurrency is 0 doesn’t run; its events end with the service', async () => {
  const { invoke, cleanup } = invoker({ reservedConcurrency: 0 }, 1);
  const waiting = invoke({ do: 'pid' });
  waiting.catch(() => {});

  await cleanup();

  await expect(waiting).rejects.toThrow("function work can't run: the service is stopped");
});

test('a response is at most 6 MB', async () => {
  const { invoke } = invoker();

  // Two quotes around it.
  expect(await invoke({ do: 'text', length: 6_291_554 })).toHaveLength(6_291_554);
  await expect(invoke({ do: 'text', length: 6_291_555 })).rejects.toMatchObject({
    errorType: 'Function.ResponseSizeTooLarge',
  });
  expect(await invoke({ do: 'answer', value: 1 })).toBe(1);
});

test('an instance that ends while idle is replaced', async () => {
  const { invoke } = invoker();
  const pid = await invoke({ do: 'later' });
  await gone(Number(pid));

  expect(await invoke({ do: 'pid' })).not.toBe(pid);
});

(process.platform === 'linux' ? test : test.skip)(
  'an instance in an endless loop is gone with the process that started it',
  async () => {
    const begun = join(directory, 'begun');
    const program = `
      const { createInvoker } = await import(${JSON.stringify(join(import.meta.dirname, 'invoker.ts'))});
      const { invoke } = createInvoker(${JSON.stringify(functionIn(directory))}, 'us-east-1');
      console.log(await invoke({ do: 'pid' }));
      invoke({ do: 'endless', begun: ${JSON.stringify(begun)} });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    await eventually(() => existsSync(begun), { what: 'the endless loop has begun' });

    parent.kill('SIGKILL');

    const pid = Number(String(line));
    try {
      await gone(pid);
    } finally {
      if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
    }
  },
  30_000,
);

/** Resolves when no process has that id any more. */
const gone = (pid: number) => eventually(() => !existsSync(`/proc/${pid}`), { what: `process ${pid} has ended` });

test('a function gets Lambda’s context and variables, and nothing of this process’s environment but AWS_*', async () => {
  process.env['AWS_TEST_PROFILE'] = 'given on';
  const { invoke } = invoker();

  expect(await invoke({ do: 'context' })).toMatchObject({
    functionName: 'service-work',
    functionVersion: '$LATEST',
    memoryLimitInMB: '64',
    awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    left: expect.any(Number),
  });
  const variables = (await invoke({ do: 'environment' })) as Record<string, string>;
  expect(variables).toMatchObject({
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '64',
    AWS_REGION: 'us-east-1',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    AWS_TEST_PROFILE: 'given on',
    OWN: 'its own',
  });
  expect(variables['cwd']).toBe(variables['LAMBDA_TASK_ROOT']);
  expect(variables).not.toHaveProperty('PATH');
});

test('a function’s time zone is UTC, whatever this machine’s is', async () => {
  const { invoke } = invoker();

  expect(await invoke({ do: 'zone' })).toEqual([0, 'UTC']);
  // This machine's own zone is a file, and may be UTC too.
  expect(await invoke({ do: 'environment' })).toMatchObject({ TZ: ':UTC' });
});

test('handlers may return at once; they may call back before nodejs24.x, which refuses to load such a one', async () => {
  expect(await invoker({ handler: 'index.plain' }).invoke({})).toBe('returned');
  expect(await invoker({ handler: 'index.callback', runtime: 'nodejs22.x' }).invoke({})).toBe('called back');
  await expect(invoker({ handler: 'index.callback' }).invoke({})).rejects.toMatchObject({
    errorType: 'Runtime.CallbackHandlerDeprecated',
  });
});
