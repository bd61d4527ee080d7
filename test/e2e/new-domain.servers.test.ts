import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Checkout, copyCheckout } from '../support/checkout.ts';

let checkout: Checkout;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterAll(() => checkout?.remove());

const FIELDS = 'payment_id:string,amount:money,count:integer,ratio:number,paid:boolean,timestamp:time';
const inCheckout = (command: string, ...args: string[]) =>
  promisify(execFile)(command, args, { cwd: checkout.folder, maxBuffer: 2 ** 26 });

test('a domain and a topic that `npm run new` makes pass types, lint, unit tests and the template check', async () => {
  await inCheckout('npm', 'run', 'new', '--', 'domain', 'payments', '--fields', FIELDS);
  await inCheckout('npm', 'run', 'new', '--', 'topic', 'clicks');

  await inCheckout('npx', 'tsc');
  await inCheckout('npx', 'biome', 'check', '--vcs-enabled=false', 'functions', 'proof', 'resources');
  await inCheckout('npx', 'oxlint', '--type-aware', '--deny-warnings', 'functions', 'proof');
  await inCheckout(
    'npx',
    'jest',
    '--maxWorkers=2',
    'functions/payments',
    'functions/sinks',
    'proof',
    'test/template/rules',
  );
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
