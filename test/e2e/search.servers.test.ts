import { setTimeout as sleep } from 'node:timers/promises';
import { type Checkout, copyCheckout } from '../checkout.ts';
import { freeze } from './faults.ts';

let checkout: Checkout;
beforeAll(async () => {
  checkout = await copyCheckout();
}, 30_000);
afterEach(() => checkout.end(), 30_000);
afterAll(() => checkout?.remove(), 30_000);

const OUTAGE_MS = 20_000;
const READINGS_PER_SECOND = 100;

/** How many records a function had taken when the run last said so. */
const takenBy = (name: string, output: string) =>
  Number([...output.matchAll(new RegExp(`\\b${name} (\\d+)`, 'g'))].at(-1)?.[1] ?? 0);

test('OpenSearch stands still for 20 s: the other stores keep their pace, and the alerts arrive afterwards, each once', async () => {
  const vehicles = ['--vehicles', String(READINGS_PER_SECOND)];
  const run = checkout.start(['--only', 'fleet', '--duration', '40', ...vehicles]);
  await run.says(/indexAlerts [1-9]/, 120);

  const outage = freeze(await run.stack(), 'opensearch', OUTAGE_MS);
  // A line of progress is up to 5 s old: the first is of the outage too.
  await sleep(7_000);
  const before = run.output();
  await sleep(OUTAGE_MS - 8_000);
  const after = run.output();
  await outage;

  expect(takenBy('indexAlerts', after)).toBe(takenBy('indexAlerts', before));
  for (const other of ['archiveToS3', 'insertIntoRds', 'upsertIntoDynamodb']) {
    // Each takes every reading; over 12 s with a line every 5 s at least 5 s are seen.
    const taken = takenBy(other, after) - takenBy(other, before);
    expect({ other, taken, paced: taken > 3 * READINGS_PER_SECOND }).toMatchObject({ paced: true });
  }
  await run.succeeds(180);

  const report = await run.report();
  expect(report).toMatchObject({ ok: true, findings: [], problems: [] });
  const { fleet } = report.domains;
  expect(fleet.stores['opensearch']).toMatchObject({ expected: fleet.alerts, stored: fleet.alerts, duplicated: 0 });
  expect(await checkout.processes()).toEqual([]);
}, 300_000);
