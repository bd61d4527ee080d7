import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Message } from 'kafkajs';
import { withAdmin } from '#cli/topic.ts';
import { kafkaOf } from '#local/deploy/servers.ts';
import type { StackFile } from '#local/stack-file.ts';
import { BAD_RECORDS } from '#proof/fleet/load/bad-records.ts';
import { BAD_LOGINS } from '#proof/logins/load/bad-records.ts';
import { BAD_ORDERS } from '#proof/orders/load/bad-records.ts';
import type { Report } from '#proof/report.ts';
import { type Checkout, copyCheckout, type StartedRun } from '../support/checkout.ts';
import { listenersOf } from '../support/processes.ts';
import { GOOD_MARKED, markedLogins, SECRETS } from './marked-logins.ts';
import { searchedForms } from './searched-forms.ts';

/** As ss(8) writes it. Java listens on IPv4 through an IPv6 socket. */
const LOOPBACK = /^(127\.0\.0\.1|\[::1\]|\[::ffff:127\.0\.0\.1\])$/;
/** The number of a partition that is added during the run, after 0, 1 and 2. */
const ADDED_PARTITION = 3;
const ADDED_READINGS = 50;

let checkout: Checkout;
let run: StartedRun;
let report: Report;
let marked: Message[];
let stack: StackFile;
let listeners: Awaited<ReturnType<typeof listenersOf>>;

/** One run of all domains on all servers, like `npm start`. */
beforeAll(async () => {
  checkout = await copyCheckout();
  const load = ['--vehicles', '200', '--orders', '50', '--logins', '100'];
  run = checkout.start(['--stage', 'local', '--seed', '7', '--duration', '20', ...load]);
  // The last address that a run says: all servers listen.
  await run.says(/metrics for Prometheus: http/);
  stack = await run.stack();
  listeners = await listenersOf(...(await checkout.processes()).map(({ pid }) => pid));
  marked = await markedLogins(stack);
  await disturb(stack.endpoints.kafka);
  await run.succeeds(600);
  report = await run.report();
}, 1_200_000);
afterAll(() => checkout?.remove());

/** Produces logins whose content no log may contain. Adds a partition for readings, and produces records to it. */
async function disturb(brokers: string): Promise<void> {
  const kafka = kafkaOf({ kafka: brokers }, 'test');
  const topicPartitions = [{ topic: 'raw-data-topic', count: ADDED_PARTITION + 1 }];
  await withAdmin(kafka, (admin) => admin.createPartitions({ topicPartitions }));
  // Idempotent: while the new partition has no leader, kafkajs sends the records of the other partitions again.
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  await producer.send({ topic: 'user-login', messages: marked });
  await producer.send({ topic: 'raw-data-topic', messages: Array.from({ length: ADDED_READINGS }, reading) });
  await producer.disconnect();
}

function reading(_: unknown, index: number): Message {
  const timestamp = new Date(Date.now() - (ADDED_READINGS - index) * 1_000).toISOString();
  const value = { vehicleId: 'ADDED', location: '12.97,77.59', speed: 60 + index, fuelLevel: 50, timestamp };
  return { partition: ADDED_PARTITION, key: 'ADDED', value: JSON.stringify(value) };
}

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);

/** Every kind of bad record occurred, and each is a dead letter. `others`: bad records not from the generator. */
function expectEveryBadOne(
  domain: { bad: number; deadLettered: number; badByCause: Record<string, number> },
  kinds: readonly { cause: string }[],
  others = 0,
): void {
  expect(Object.keys(domain.badByCause).toSorted()).toEqual(kinds.map(({ cause }) => cause).toSorted());
  expect(sum(domain.badByCause) + others).toBe(domain.bad);
  expect(domain.deadLettered).toBe(domain.bad);
}

test('every acknowledged record of every domain is once in each of its stores, or a dead letter', () => {
  expect(report).toMatchObject({ findings: [], problems: [], notRun: [] });
  expect(report).toMatchObject({ ok: true, lost: 0, duplicated: 0, different: 0, unexpected: 0, outOfOrder: 0 });
  expect(report.lag.end).toBe(0);
  for (const [name, domain] of Object.entries(report.domains)) {
    expect(domain.acknowledged).toBeGreaterThan(0);
    for (const [store, { expected, stored }] of Object.entries(domain.stores)) {
      expect({ name, store, stored }).toEqual({ name, store, stored: expected });
      expect(expected).toBeGreaterThan(0);
    }
  }
});

test('fleet: every kind of alert was raised, every kind of bad record is a dead letter', () => {
  const { fleet } = report.domains;
  expect(fleet.acknowledged).toBeGreaterThan(3_600);
  expectEveryBadOne(fleet, BAD_RECORDS);
  expect(Object.keys(fleet.alertsByKind).toSorted()).toEqual(['Delay', 'LowFuel', 'Speeding', 'Temperature']);
  expect(sum(fleet.alertsByKind)).toBe(fleet.alerts);
  expect(fleet.stores['opensearch']).toMatchObject({ expected: fleet.alerts, stored: fleet.alerts });
});

test('records in partitions that are added under load are stored like all others', () => {
  const { fleet } = report.domains;
  expect(fleet.read).toBe(fleet.acknowledged + ADDED_READINGS);
});

test('orders: each is in one window, exact to the cent, without a correction', async () => {
  const { orders } = report.domains;
  expect(orders.acknowledged).toBeGreaterThan(900);
  expectEveryBadOne(orders, BAD_ORDERS, -orders.late);
  expect(orders.windows).toMatchObject({ exact: orders.windows.expected, corrections: 0, open: 0 });
  expect(Object.keys(orders.windows.places)).toEqual(['topic', 's3', 'rds', 'file']);

  const lines = (await readFile(join(checkout.folder, 'output', 'metrics.json'), 'utf8')).trim().split('\n');
  const metrics = lines.map((line) => JSON.parse(line) as Metric);
  const counted = metrics.reduce((total, { order_count }) => total + order_count, 0);
  expect(counted).toBe(orders.acknowledged - orders.bad - orders.late);
  for (const { order_count: count, total_revenue: revenue, avg_order_value: average } of metrics) {
    expect(Math.abs(revenue / count - average)).toBeLessThanOrEqual(0.005_000_1);
  }
});

interface Metric {
  order_count: number;
  total_revenue: number;
  avg_order_value: number;
}

test('logins: every encoding was processed, and no log holds an address or a device', async () => {
  const { logins } = report.domains;
  expect(logins.acknowledged).toBeGreaterThan(1_800);
  expect(logins.read).toBe(logins.acknowledged + marked.length);
  expectEveryBadOne(logins, BAD_LOGINS, marked.length - GOOD_MARKED);
  for (const count of Object.values(logins.byEncoding)) expect(count).toBeGreaterThan(100);

  const log = await checkout.functionsLog();
  expect(log).toContain('"message":"dead letter"');
  for (const secret of Object.values(SECRETS)) {
    for (const form of searchedForms(secret)) {
      expect({ secret, logged: log.includes(form) || run.output().includes(form) }).toEqual({ secret, logged: false });
    }
  }
});

(process.platform === 'linux' ? test : test.skip)('every server of the run listens on loopback only', () => {
  const ports = new Set(listeners.map(({ port }) => port));
  const dashboard = /dashboard: (http:\S+)/.exec(run.output())?.[1] ?? 'no dashboard';
  const addresses = { ...stack.endpoints, metrics: String(stack.metrics), dashboard };
  const unheard = Object.entries(addresses).filter(([, address]) => !ports.has(Number(/:(\d+)/.exec(address)?.[1])));

  expect(unheard).toEqual([]);
  expect(listeners.filter(({ address }) => !LOOPBACK.test(address))).toEqual([]);
});

test('nothing is left running', async () => {
  expect(await checkout.processes()).toEqual([]);
});
