import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Checkout, copyCheckout, ownEnvironment } from '../support/checkout.ts';

let checkout: Checkout;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterAll(() => checkout?.remove());

const FIELDS = 'payment_id:string,amount:money,count:integer,ratio:number,paid:boolean,timestamp:time';

/** @throws Error with all output where the command fails */
async function inCheckout(command: string, ...args: string[]): Promise<void> {
  const options = { cwd: checkout.folder, env: ownEnvironment(), maxBuffer: 2 ** 26 };
  await promisify(execFile)(command, args, options).catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${[command, ...args].join(' ')}:\n${error.stdout}${error.stderr}`);
  });
}

test('a domain and a topic that `npm run new` makes pass types, lint, unit tests and the template check', async () => {
  await inCheckout('npm', 'run', 'new', '--', 'domain', 'payments', '--fields', FIELDS);
  await inCheckout('npm', 'run', 'new', '--', 'topic', 'clicks');

  await inCheckout('npx', 'tsc');
  await inCheckout('npx', 'biome', 'check', '--vcs-enabled=false', 'functions', 'proof', 'resources');
  await inCheckout('npx', 'oxlint', '--type-aware', '--deny-warnings', 'functions', 'proof');
  const tests = [
    'functions/payments',
    'functions/sinks',
    'proof/judge',
    'proof/independence',
    'test/template/rules.test',
  ];
  await inCheckout('npx', 'jest', '--maxWorkers=2', ...tests);
  await inCheckout('node', 'test/template/check/check.ts', '--stages');
}, 900_000);

test('a run of it loses nothing: each good record is in its stores, each bad one in the dead-letter topic', async () => {
  const run = checkout.start(['--only', 'payments', '--duration', '20', '--bad', '0.05']);
  await run.succeeds(300);

  const { domains, ok } = await run.report();
  const { payments } = domains as unknown as Record<
    string,
    { acknowledged: number; bad: number; deadLettered: number }
  >;
  expect(ok).toBe(true);
  expect(payments?.acknowledged).toBeGreaterThan(100);
  expect(payments?.bad).toBeGreaterThan(0);
  expect(payments?.deadLettered).toBe(payments?.bad);
}, 600_000);
