import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { eventually } from '../test/eventually.ts';
import { createInvoker, type Invoker } from './invoker.ts';

/** The event's `do` names what the function does. */
const HANDLER = `
const { readdirSync, writeFileSync } = require('node:fs');
const os = require('node:os');
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
  priority: () => os.getPriority(),
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
  // Hides the instances' output: jest takes "heap out of memory" in a worker's output for the worker's own crash.
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
  patient?: boolean;
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

describe('an invocation fails, and the next one succeeds, if the function', () => {
  const memory = { errorType: 'Runtime.OutOfMemory', message: expect.stringContaining('64 MB') };
  test.each([
    ['throws', 'throw', { errorType: 'TypeError', message: 'TypeError: no' }],
    ['throws a string', 'throwText', { errorType: 'string', message: 'string: no error' }],
    ['returns a value that JSON can’t represent', 'big', { errorType: 'TypeError' }],
    [
      'calls process.exit(3)',
      'exit',
      { errorType: 'Runtime.ExitError', message: expect.stringContaining('exit status 3') },
    ],
    ['calls process.exit(0)', 'exitQuietly', { message: expect.stringContaining('exited without providing a reason') }],
    ['calls process.abort()', 'abort', { message: expect.stringContaining('signal: SIGABRT') }],
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
    expect(await eventually(next, { what: 'an answer within the timeout of 1 s' })).toBe(1);
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

test('a crash of one function does not affect another function’s invocation', async () => {
  const [healthy, crashing] = [invoker(), invoker()];
  const answer = healthy.invoke({ do: 'answer', value: 1 });

  await expect(crashing.invoke({ do: 'abort' })).rejects.toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(await answer).toBe(1);
});

test('if a module can’t be loaded, the initialization and each invocation fail', async () => {
  const error = { errorType: 'RangeError', message: 'RangeError: not loaded' };

  await expect(invoker({ handler: 'broken.handler' }).initialize()).rejects.toMatchObject(error);
  await expect(invoker({ handler: 'broken.handler' }).invoke({})).rejects.toMatchObject(error);
  await expect(invoker({ handler: 'absent.handler' }).invoke({})).rejects.toThrow('the package has no file absent.js');
  await expect(invoker({ handler: 'index.absent' }).invoke({})).rejects.toThrow('is not an exported function');
});

test('an instance is reused', async () => {
  const { invoke } = invoker();

  expect([await invoke({ do: 'count' }), await invoke({ do: 'count' })]).toEqual([1, 2]);
});

test('long concurrent calls get an instance each', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'msk-invoker-meet-'));
  const { invoke } = invoker();

  const pids = await Promise.all([1, 2, 3].map(() => invoke({ do: 'meet', folder, others: 3 })));

  expect(new Set(pids).size).toBe(3);
  await rm(folder, { recursive: true });
});

test('short concurrent calls share an instance, in order', async () => {
  const { invoke, initialize } = invoker({}, 60_000);
  await initialize();

  expect(await Promise.all([1, 2, 3].map(() => invoke({ do: 'count' })))).toEqual([1, 2, 3]);
});

test('a function has at most as many instances as its reserved concurrency; further events wait', async () => {
  const { invoke } = invoker({ reservedConcurrency: 2 }, 1);

  const pids = await Promise.all([1, 2, 3, 4, 5, 6].map(() => invoke({ do: 'pid' })));

  expect(new Set(pids).size).toBeLessThanOrEqual(2);
});

test('a function with a reserved concurrency of 0 doesn’t run; its events fail when the service stops', async () => {
  const { invoke, cleanup } = invoker({ reservedConcurrency: 0 }, 1);
  const waiting = invoke({ do: 'pid' });
  waiting.catch(() => {});

  await cleanup();

  await expect(waiting).rejects.toThrow("function work can't run: the service is stopped");
});

test('only an instance of a patient function gives way to other processes', async () => {
  const [urgent, patient] = [invoker(), invoker({ patient: true })];

  const priorities = await Promise.all([urgent, patient].map(({ invoke }) => invoke({ do: 'priority' })));

  expect(priorities).toEqual([getPriority(), Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL)]);
});

test('a response is at most 6 MB', async () => {
  const { invoke } = invoker();

  // The JSON has two quotes around the text.
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
  'an instance in an endless loop ends with the process that started it',
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

/** Resolves when no process has this id any more. */
const gone = (pid: number) => eventually(() => !existsSync(`/proc/${pid}`), { what: `process ${pid} has ended` });

test('a function gets Lambda’s context and variables, and only the AWS_* variables of this process', async () => {
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

test('a function’s time zone is UTC, regardless of this machine’s', async () => {
  const { invoke } = invoker();

  expect(await invoke({ do: 'zone' })).toEqual([0, 'UTC']);
  // This machine's own time zone may also be UTC.
  expect(await invoke({ do: 'environment' })).toMatchObject({ TZ: ':UTC' });
});

test('a handler may return a plain value; a handler with a callback works before nodejs24.x only', async () => {
  expect(await invoker({ handler: 'index.plain' }).invoke({})).toBe('returned');
  expect(await invoker({ handler: 'index.callback', runtime: 'nodejs22.x' }).invoke({})).toBe('called back');
  await expect(invoker({ handler: 'index.callback' }).invoke({})).rejects.toMatchObject({
    errorType: 'Runtime.CallbackHandlerDeprecated',
  });
});
