import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { deploy } from '#local/deploy/deploy.ts';
import { type Stack, startStack } from '#local/stack.ts';
import { stackPath } from '#local/stack-file.ts';
import { type Checkout, copyCheckout } from '../support/checkout.ts';
import { compiledTemplate } from '../template/compiled.ts';

const SERVERLESS = 'node_modules/serverless/bin/serverless.js';
const MINUTE = 60_000;

let checkout: Checkout;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterAll(() => checkout?.remove());

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command with the credentials of an account, as on a developer's machine. It must end by itself. */
function run(...args: string[]): Promise<Ended> {
  return runIn(checkout, ...args);
}

function runIn({ folder }: Checkout, ...args: string[]): Promise<Ended> {
  const account = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'real', AWS_PROFILE: 'work' };
  const env = { ...process.env, ...account, NODE_OPTIONS: '' };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: folder, env, timeout: 5 * MINUTE }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

const invokeLocal = (name: string, file: string, where = checkout) =>
  runIn(where, SERVERLESS, 'invoke', 'local', '-f', name, '-p', file);

const functionOf = (sample: string) => sample.split('/')[0] as string;

describe('without a stack', () => {
  const sample = ['processTelemetry', 'events/processTelemetry.json'] as const;

  test.each([
    ['serverless invoke local', () => invokeLocal(...sample)],
    ['npm run invoke', () => run('cli/invoke.ts', ...sample)],
  ])('%s prints one line that says how to start a stack, before it bundles anything', async (_, invoke) => {
    const { code, stdout, stderr } = await invoke();

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^\S+ no running stack: start one with `npm start`\n$/);
    expect(existsSync(join(checkout.folder, '.esbuild'))).toBe(false);
  });
});

describe('on a stack', () => {
  let stack: Stack | undefined;
  beforeAll(async () => {
    stack = await startStack({ stage: 'local', root: checkout.folder, search: true });
    const deployment = await deploy(await compiledTemplate('local'), 'msk-pipeline', stack.endpoints);
    await stack.recordDeployed(deployment);
  }, 15 * MINUTE);
  afterAll(() => stack?.stop());

  test(
    'a function without an MSK event runs on the stack too',
    async () => {
      const { code, stdout } = await run('cli/invoke.ts', 'migrate');

      expect(JSON.parse(stdout)).toEqual({
        applied: ['001_fleet', '002_records', '003_orders', '004_logins', '005_insert_each', '006_api'],
        already: [],
      });
      expect(code).toBe(0);
      expect(JSON.parse((await run('cli/invoke.ts', 'seedCatalogue')).stdout)).toEqual({ products: 5 });
      expect((await run('cli/invoke.ts', 'prepareSearch')).code).toBe(0);
    },
    5 * MINUTE,
  );

  /** The number of lines that each sample prints under each title. */
  const outcomes: Record<string, Record<string, number>> = {
    aggregateOrders: { produced: 2 },
    'archiveToS3/bytes': { produced: 0, s3: 5 },
    'archiveToS3/dead-letter': { produced: 0, s3: 1 },
    'archiveToS3/logins': { produced: 0, s3: 2 },
    'archiveToS3/orders': { produced: 0, s3: 2 },
    archiveToS3: { produced: 0, s3: 3 },
    closeWindows: {},
    describeApi: {},
    'insertIntoRds/alerts': { produced: 0, rds: 2 },
    'insertIntoRds/bad': { produced: 2, rds: 1 },
    'insertIntoRds/demo': { produced: 0, rds: 5 },
    'insertIntoRds/logins': { produced: 0, rds: 3 },
    'insertIntoRds/metrics': { produced: 0, rds: 3 },
    'insertIntoRds/orders': { produced: 0, rds: 3 },
    'insertIntoRds/trips': { produced: 0, rds: 2 },
    insertIntoRds: { produced: 0, rds: 2 },
    indexAlerts: { produced: 1, opensearch: 4 },
    'processLogin/bad': { produced: 17 },
    'processLogin/confluent': { produced: 2 },
    'processLogin/decoded': { produced: 3 },
    'processLogin/glue': { produced: 2 },
    processLogin: { produced: 3 },
    'processOrder/bad': { produced: 20 },
    processOrder: { produced: 4 },
    'processTelemetry/alerts': { produced: 6 },
    'processTelemetry/bad': { produced: 10 },
    'processTelemetry/no-key': { produced: 1 },
    processTelemetry: { produced: 2 },
    readPipeline: {},
    readRecords: {},
    readVehicles: {},
    'upsertIntoDynamodb/alerts': { produced: 0, dynamodb: 2 },
    'upsertIntoDynamodb/bad': { produced: 2, dynamodb: 2 },
    'upsertIntoDynamodb/demo': { produced: 0, dynamodb: 5 },
    'upsertIntoDynamodb/logins': { produced: 0, dynamodb: 5 },
    'upsertIntoDynamodb/orders': { produced: 0, dynamodb: 3 },
    'upsertIntoDynamodb/trips': { produced: 0, dynamodb: 2 },
    upsertIntoDynamodb: { produced: 0, dynamodb: 2 },
  };

  test('the table has every sample', () => {
    const files = readdirSync(join(checkout.folder, 'events'), { recursive: true, encoding: 'utf8' });
    const samples = files.filter((file) => file.endsWith('.json') && !file.startsWith('search/'));
    expect(samples.map((file) => file.replace('.json', '')).sort()).toEqual(Object.keys(outcomes).sort());
  });

  /** The result of each sample. */
  const ended = new Map<string, Ended>();

  /** Two checkouts at once, because packaging writes into its checkout. The samples of a function share records. */
  test(
    'every sample is invoked',
    async () => {
      const other = await copyCheckout();
      await mkdir(join(other.folder, '.local'));
      await copyFile(stackPath(checkout.folder), stackPath(other.folder));
      const functions = Map.groupBy(Object.keys(outcomes), functionOf).values();
      await Promise.all(
        [checkout, other].map(async (where) => {
          for (const samples of functions) {
            for (const sample of samples) {
              ended.set(sample, await invokeLocal(functionOf(sample), `events/${sample}.json`, where));
            }
          }
        }),
      );
      await other.remove();
    },
    15 * MINUTE,
  );

  test.each(Object.entries(outcomes))('%s runs, and prints what it has produced and stored', (sample, expected) => {
    expect(sectionsOf(ended.get(sample)?.stdout ?? '')).toEqual(expected);
    expect(ended.get(sample)?.code).toBe(0);
  });

  test(
    'a sample runs a second time with the same result',
    async () => {
      const { code, stdout } = await invokeLocal('archiveToS3', 'events/archiveToS3.json');

      expect(sectionsOf(stdout)).toEqual(outcomes['archiveToS3']);
      expect(code).toBe(0);
    },
    5 * MINUTE,
  );

  test(
    'a function that fails exits with code 1',
    async () => {
      const { code, stdout } = await run(
        SERVERLESS,
        'invoke',
        'local',
        '-f',
        'processTelemetry',
        '-d',
        '{"no":"event"}',
      );

      expect(stdout).toContain('"errorType": "TypeError"');
      expect(code).toBe(1);
    },
    5 * MINUTE,
  );
});

/** The titles that an invocation prints after the function's output, each with the number of lines below it. */
function sectionsOf(stdout: string): Record<string, number> {
  const [, text = ''] = /^(produced\n.*)/ms.exec(stdout) ?? [];
  const sections = (text.match(/^\S[^\n]*(?:\n +[^\n]*)*/gm) ?? []).map((section) => section.split('\n'));
  return Object.fromEntries(
    sections.map(([title = '', ...lines]) => [title, lines.filter((line) => line !== '  -').length]),
  );
}
