import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { CompiledTemplate } from '../contract.ts';
import { eventually } from './eventually.ts';
import { committed, connect, createTopic, disconnect, numbered, produce } from './kafka.ts';

/** A copy of the example outside of this repository. It uses the plugin's packed tarball, not its sources. */
let project: string;
let temporary: string;
let topic: string;
let child: ChildProcess | undefined;
const run = promisify(execFile);
const plugin = dirname(import.meta.dirname);
const peers = ['serverless', 'serverless-offline', '@platformatic/kafka', 'adm-zip', 'prom-client', '@types/node'];
const cli = createRequire(import.meta.url).resolve('serverless/bin/serverless.js');

beforeAll(async () => {
  await connect();
  project = await mkdtemp(join(tmpdir(), 'msk-example-'));
  temporary = await mkdtemp(join(tmpdir(), 'msk-example-temporary-'));
  await cp(join(plugin, 'example'), project, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', project], { cwd: plugin });
  // Installs it like npm, but from local files instead of a registry.
  const installed = join(project, 'node_modules/serverless-offline-msk');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(project, stdout.trim()), '-C', installed, '--strip-components', '1']);
  for (const peer of peers) await link(peer);
});
beforeEach(async () => {
  topic = await createTopic(1);
});
afterEach(async () => {
  child?.kill('SIGKILL');
});
afterAll(async () => {
  await disconnect();
  await rm(project, { recursive: true });
  await rm(temporary, { recursive: true });
});

async function link(name: string): Promise<void> {
  const manifest =
    createRequire(import.meta.url)
      .resolve.paths(name)
      ?.map((folder) => join(folder, name)) ?? [];
  for (const folder of manifest) {
    const found = await realpath(folder).catch(() => undefined);
    if (found === undefined) continue;
    const path = join(project, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(found, path);
    return;
  }
  throw new Error(`${name} is not installed`);
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, TOPIC: topic, NODE_OPTIONS: '', SLS_DEPRECATION_DISABLE: '*', TMPDIR: temporary };
}

/** Starts a command of the framework. @returns a function that waits for a line of its output */
function start(...args: string[]): (part: string) => Promise<void> {
  const started = spawn(process.execPath, [cli, ...args], {
    cwd: project,
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const lines: string[] = [];
  createInterface({ input: started.stdout }).on('line', (line) => lines.push(line));
  return async (part) => {
    const what = `the line "${part}"`;
    await eventually(() => lines.some((line) => line.includes(part)), { what, boundMs: 60_000, seen: () => lines });
  };
}

async function stopped(): Promise<unknown[]> {
  if (!child) throw new Error('nothing was started');
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  return exit;
}

/** The temporary files, without the compile cache: packaging runs npm, which enables that cache. */
async function leftBehind(): Promise<string[]> {
  return (await readdir(temporary)).filter((name) => name !== 'node-compile-cache');
}

test('serverless package compiles the plugin’s properties', async () => {
  await run(process.execPath, [cli, 'package'], { cwd: project, env: environment() });

  const json = await readFile(join(project, '.serverless/cloudformation-template-update-stack.json'), 'utf8');
  const mappings = Object.values((JSON.parse(json) as CompiledTemplate).Resources).filter(
    ({ Type }) => Type === 'AWS::Lambda::EventSourceMapping',
  );
  expect(mappings).toMatchObject([
    {
      Properties: {
        Topics: [topic],
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ProvisionedPollerConfig: { PollerGroupName: 'orders' },
      },
    },
  ]);
});

test('serverless msk start: records reach the handler, and Ctrl-C leaves no temporary file', async () => {
  await produce(topic, numbered(0, 0, 2));
  const printed = start('msk', 'start');

  await printed(`${topic} 0: 0`);
  await printed(`${topic} 1: 1`);
  await produce(topic, numbered(0, 2, 1));
  await printed(`${topic} 2: 2`);
  expect(await stopped()).toEqual([0, null]);
  // Without a consumerGroupId, the group is the mapping's logical id.
  const group = `OrdersEventSourceMappingMSKOrders${capital(topic.replaceAll(/[^A-Za-z0-9]/g, ''))}`;
  expect(await committed(group, topic)).toEqual({ 0: 3 });
  expect(await leftBehind()).toEqual([]);
});

test('serverless offline start runs the mapping together with HTTP functions', async () => {
  await appendFile(join(project, 'serverless.yml'), HTTP);
  await appendFile(
    join(project, 'handler.js'),
    "export const hello = async () => ({ statusCode: 200, body: 'hello' });",
  );
  const yml = await readFile(join(project, 'serverless.yml'), 'utf8');
  await writeFile(
    join(project, 'serverless.yml'),
    yml.replace('  - serverless-offline-msk', '$&\n  - serverless-offline'),
  );
  await produce(topic, numbered(0, 7, 1));
  const [port, lambdaPort] = [await freePort(), await freePort()];
  const printed = start('offline', 'start', '--httpPort', `${port}`, '--lambdaPort', `${lambdaPort}`);

  await printed(`${topic} 0: 7`);
  const answer = async () => (await fetch(`http://127.0.0.1:${port}/hello`).catch(() => undefined))?.text();
  await eventually(async () => (await answer()) === 'hello', { what: 'an answer of the function', seen: answer });
  expect(await stopped()).toEqual([0, null]);
  expect(await leftBehind()).toEqual([]);
});

test('the package exports its types', async () => {
  await writeFile(
    join(project, 'service.ts'),
    `import type { Deployed, MappingStatus, OfflineService } from 'serverless-offline-msk';
     export const deploy: OfflineService['deploy'] = async (): Promise<Deployed> =>
       ({ references: {}, bootstrapServers: (arn: string) => arn, environment: {} });
     export const lag = (status: MappingStatus): number | null => status.metrics.SumOffsetLag;
     // @ts-expect-error: a string is no number
     export const wrong = (status: MappingStatus): number => status.topic;`,
  );
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--ignoreConfig',
    '--module',
    'nodenext',
    '--target',
    'es2024',
  ];
  const { stdout } = await run('npx', ['tsc', ...options, '--types', 'node', join(project, 'service.ts')], {
    cwd: plugin,
    env: environment(),
  }).catch((error: { stdout: string }) => error);

  expect(stdout).toBe('');
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const HTTP = `
  hello:
    handler: handler.hello
    events:
      - httpApi: GET /hello
`;
