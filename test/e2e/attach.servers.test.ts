import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack } from '#local/stack.ts';
import { type Checkout, copyCheckout } from '../support/checkout.ts';
import { expectProof } from './proof.ts';

const LOAD = ['--only', 'fleet,demo,logins', '--duration', '12', '--vehicles', '100'];

let folder: string;
let servers: Stack;
let checkout: Checkout;
let attach: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attach-'));
  servers = await startStack({ stage: 'local', root: folder, search: true, schemaRegistry: true });
  const addresses = join(folder, 'addresses.json');
  await writeFile(addresses, JSON.stringify({ endpoints: servers.endpoints }));
  attach = ['--attach', addresses];
  checkout = await copyCheckout();
}, 120_000);
afterAll(async () => {
  await checkout?.remove();
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a run on servers that another process has started loses nothing, and leaves them running', async () => {
  const run = checkout.start([...attach, ...LOAD]);
  await run.succeeds(300);

  expectProof(await run.report());
  expect(run.output()).toContain(`kafka answers at ${servers.endpoints.kafka}`);
  const answer = await fetch(`${servers.endpoints.opensearch}/_cluster/health`);
  expect(answer.ok).toBe(true);
}, 400_000);

test('a report is refused where the topics have records of an earlier run', async () => {
  const run = checkout.start([...attach, ...LOAD]);

  expect(await run.exitCode(120)).toBe(1);
  expect(run.output()).toMatch(/has had records, so that a report can't tell them from this run's/);
}, 200_000);
