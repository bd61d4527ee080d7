import { setTimeout as sleep } from 'node:timers/promises';
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

/**
 * Under load: first what is handed back, until that has happened, since it needs records to come; then what is retried
 * within an invocation.
 */
async function faults(stack: StackFile, handed: (partitions: string[]) => boolean, frozen: readonly string[]) {
  await standStill(stack, 'raw-data-topic-0', () => isHandedBack(handed));
  await Promise.all(frozen.map((server) => freeze(stack, server, 5_000)));
}

/** Resolves when the functions' log says so. @throws Error where it doesn't within 20 s */
async function isHandedBack(handed: (partitions: string[]) => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(100)) {
    if (handedBack(await checkout.functionsLog()).some(handed)) return;
  }
  throw new Error(
    `no such batch was handed back within 20 s: ${JSON.stringify(handedBack(await checkout.functionsLog()))}`,
  );
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

const OUTAGE_MS = 20_000;
const READINGS_PER_SECOND = 100;

/** How many records a function had taken when the run last said so. */
const takenBy = (name: string, output: string) =>
  Number([...output.matchAll(new RegExp(`\\b${name} (\\d+)`, 'g'))].at(-1)?.[1] ?? 0);

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);

/** The partitions of raw-data-topic in each invocation of the archive that failed: as the plugin logs them. */
const handedBack = (log: string) =>
  log
    .split('\n')
    .filter((line) => /archiveToS3 failed on .*raw-data-topic/.test(line))
    .map((line) => line.match(/raw-data-topic-\d/g) ?? []);

test('dev: OpenSearch stands still for 20 s while others keep their pace; a batch handed back by a throw is stored once', async () => {
  const vehicles = ['--vehicles', String(READINGS_PER_SECOND)];
  const run = checkout.start([...ONLY, '--stage', 'dev', '--duration', '40', ...vehicles]);
  await run.says(/indexAlerts [1-9]/);
  const stack = await run.stack();

  const outage = freeze(stack, 'opensearch', OUTAGE_MS);
  // A line of progress is up to 5 s old: the first is of the outage too.
  await sleep(7_000);
  const before = run.output();
  await sleep(OUTAGE_MS - 8_000);
  const after = run.output();
  await outage;
  await faults(stack, (partitions) => partitions.length > 1, ['dynamodb', 's3']);
  await run.succeeds(180);

  expect(takenBy('indexAlerts', after)).toBe(takenBy('indexAlerts', before));
  for (const other of ['archiveToS3', 'insertIntoRds', 'upsertIntoDynamodb']) {
    // Each takes every reading; over 12 s with a line every 5 s at least 5 s are seen.
    const taken = takenBy(other, after) - takenBy(other, before);
    expect({ other, taken, paced: taken > 3 * READINGS_PER_SECOND }).toMatchObject({ paced: true });
  }
  expectProof(await run.report());
}, 300_000);

test('prod: three brokers, logins in Avro, and of a batch that is handed back only the tail of its failed partition comes again', async () => {
  const avro = ['--param', 'loginsOutputFormat=avro-glue', '--param', 'storeFullIp=true'];
  const domains = ['--only', 'fleet,demo,logins', '--logins', '50'];
  const run = checkout.start([...domains, ...avro, '--stage', 'prod', '--duration', '12', '--vehicles', '100']);
  await run.says(/all mappings poll/);
  const stack = await run.stack();
  expect(stack.endpoints.kafka.split(',')).toHaveLength(3);
  await faults(stack, ([first, ...rest]) => first === 'raw-data-topic-0' && rest.length === 0, ['kafka-2', 's3']);

  await run.succeeds(120);

  const report = await run.report();
  expectProof(report);
  const { logins } = report.domains;
  expect(logins.topics['user-login-processed']).toMatchObject({ lost: 0, different: 0 });
  expect(logins.stores['rds']).toMatchObject({ expected: logins.acknowledged - logins.bad });
}, 270_000);
