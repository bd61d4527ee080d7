import { type Checkout, copyCheckout } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { handedBackThenFrozen, whileFrozen } from './faults.ts';
import { expectProof } from './proof.ts';

let checkout: Checkout;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterAll(() => checkout?.remove());

const OTHERS = ['archiveToS3', 'insertIntoRds', 'upsertIntoDynamodb'];
const READINGS_PER_SECOND = 100;

/** The number of records that a function has committed, from the run's last line of progress. */
const takenBy = (name: string, output: string) =>
  Number([...output.matchAll(new RegExp(`\\b${name} (\\d+)`, 'g'))].at(-1)?.[1] ?? 0);

test('dev: other stores keep their pace while OpenSearch is frozen; a batch handed back is stored once', async () => {
  const vehicles = ['--vehicles', String(READINGS_PER_SECOND)];
  const run = checkout.start(['--only', 'fleet,demo', '--stage', 'dev', '--duration', '40', ...vehicles]);
  await run.says(/indexAlerts [1-9]/);
  const stack = await run.stack();

  const taken = (name: string) => takenBy(name, run.output());
  const counts = () => Object.fromEntries([...OTHERS, 'indexAlerts'].map((name) => [name, taken(name)]));
  const haveTaken = (more: number, from: Record<string, number>) =>
    OTHERS.every((name) => taken(name) >= (from[name] ?? 0) + more);
  await whileFrozen(stack, 'opensearch', async () => {
    // The next line of progress may be from before the freeze. The one after it is not.
    for (const line of ['a line', 'the next line']) {
      const from = counts();
      await eventually(() => haveTaken(1, from), { what: `${line} of progress`, boundMs: 180_000, seen: counts });
    }
    const before = counts();
    // Each of these stores gets every reading.
    const what = "five seconds' readings in each of the other stores";
    await eventually(() => haveTaken(5 * READINGS_PER_SECOND, before), { what, boundMs: 180_000, seen: counts });
    expect(taken('indexAlerts')).toBe(before['indexAlerts']);
  });
  await handedBackThenFrozen(checkout, stack, (partitions) => partitions.length > 1, ['dynamodb', 's3']);
  await run.succeeds(600);

  expectProof(await run.report());
}, 1_200_000);
