import { BAD_RECORDS } from '../../local/generators/fleet/bad-records.ts';
import type { Report } from '../../local/report/report.ts';
import type { StackFile } from '../../local/stack-file.ts';
import { type Checkout, copyCheckout } from '../checkout.ts';
import { freeze, standStill } from './faults.ts';

const ONLY = ['--only', 'fleet,demo'];
let checkout: Checkout;
beforeAll(async () => {
  checkout = await copyCheckout();
}, 30_000);
afterEach(() => checkout.end(), 30_000);
afterAll(() => checkout?.remove(), 30_000);

/** Under load: first what is retried within an invocation, then what is handed back. */
async function faults(stack: StackFile, frozen: readonly string[]): Promise<void> {
  await Promise.all(frozen.map((server) => freeze(stack, server, 5_000)));
  await standStill(stack, 'raw-data-topic-0', 3_000);
}

function expectProof(report: Report): void {
  const { fleet, demo } = report.domains;
  expect(report).toMatchObject({ findings: [], problems: [], notRun: [expect.stringMatching(/^file: /)] });
  expect(report).toMatchObject({ ok: true, lost: 0, duplicated: 0, different: 0, unexpected: 0, outOfOrder: 0 });
  expect(report.lag.end).toBe(0);
  expect(fleet.acknowledged).toBeGreaterThan(0);
  expect(Object.keys(fleet.badByCause).toSorted()).toEqual(BAD_RECORDS.map(({ cause }) => cause).toSorted());
  expect(sum(fleet.badByCause)).toBe(fleet.bad);
  expect(fleet.deadLettered).toBe(fleet.bad);
  expect(Object.keys(fleet.alertsByKind).toSorted()).toEqual(['Delay', 'LowFuel', 'Speeding', 'Temperature']);
  expect(sum(fleet.alertsByKind)).toBe(fleet.alerts);
  for (const store of [...Object.values(fleet.stores), ...Object.values(demo.stores)]) {
    expect(store.stored).toBe(store.expected);
    expect(store.expected).toBeGreaterThan(0);
  }
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);

/** The partitions of raw-data-topic in each invocation of the archive that failed: as the plugin logs them. */
const handedBack = (log: string) =>
  log
    .split('\n')
    .filter((line) => /archiveToS3 failed on .*raw-data-topic/.test(line))
    .map((line) => line.match(/raw-data-topic-\d/g) ?? []);

test('dev: a batch that is handed back by a throw comes again, and is stored once', async () => {
  const run = checkout.start([...ONLY, '--stage', 'dev', '--duration', '12', '--vehicles', '100']);
  await run.says(/processTelemetry [1-9]/);
  await faults(await run.stack(), ['dynamodb', 's3']);

  await run.succeeds(120);

  expectProof(await run.report());
  const failed = handedBack(await checkout.functionsLog());
  expect(Math.max(...failed.map((partitions) => partitions.length))).toBeGreaterThan(1);
}, 150_000);

test('prod: three brokers, and of a batch that is handed back only the tail of its failed partition comes again', async () => {
  const run = checkout.start([...ONLY, '--stage', 'prod', '--duration', '12', '--vehicles', '100']);
  await run.says(/processTelemetry [1-9]/);
  const stack = await run.stack();
  expect(stack.endpoints.kafka.split(',')).toHaveLength(3);
  await faults(stack, ['kafka-2', 's3']);

  await run.succeeds(120);

  expectProof(await run.report());
  const failed = handedBack(await checkout.functionsLog());
  expect(failed).toContainEqual(['raw-data-topic-0']);
}, 150_000);
