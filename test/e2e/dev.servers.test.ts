import { setTimeout as sleep } from 'node:timers/promises';
import { type Checkout, copyCheckout } from '../checkout.ts';
import { freeze, handedBackThenFrozen } from './faults.ts';
import { expectProof } from './proof.ts';

let checkout: Checkout;
beforeAll(async () => {
  checkout = await copyCheckout();
}, 30_000);
afterAll(() => checkout?.remove(), 30_000);

const OUTAGE_MS = 20_000;
const READINGS_PER_SECOND = 100;

/** How many records a function had taken when the run last said so. */
const takenBy = (name: string, output: string) =>
  Number([...output.matchAll(new RegExp(`\\b${name} (\\d+)`, 'g'))].at(-1)?.[1] ?? 0);

test('dev: OpenSearch stands still for 20 s while others keep their pace; a batch handed back by a throw is stored once', async () => {
  const vehicles = ['--vehicles', String(READINGS_PER_SECOND)];
  const run = checkout.start(['--only', 'fleet,demo', '--stage', 'dev', '--duration', '40', ...vehicles]);
  await run.says(/indexAlerts [1-9]/);
  const stack = await run.stack();

  const outage = freeze(stack, 'opensearch', OUTAGE_MS);
  // A line of progress is up to 5 s old: the first is of the outage too.
  await sleep(7_000);
  const before = run.output();
  await sleep(OUTAGE_MS - 8_000);
  const after = run.output();
  await outage;
  await handedBackThenFrozen(checkout, stack, (partitions) => partitions.length > 1, ['dynamodb', 's3']);
  await run.succeeds(180);

  expect(takenBy('indexAlerts', after)).toBe(takenBy('indexAlerts', before));
  for (const other of ['archiveToS3', 'insertIntoRds', 'upsertIntoDynamodb']) {
    // Each takes every reading; over 12 s with a line every 5 s at least 5 s are seen.
    const taken = takenBy(other, after) - takenBy(other, before);
    expect({ other, taken, paced: taken > 3 * READINGS_PER_SECOND }).toMatchObject({ paced: true });
  }
  expectProof(await run.report());
}, 300_000);
