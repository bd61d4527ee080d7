import { byGroup, runningAt, shareOf, total, usesOfAMillion, withSettings } from './domain.ts';
import { loadsOf } from './limits.ts';
import { peersOf } from './peers.ts';
import { breaksAt, planOf } from './plan.ts';
import { demoStage, mappingWith, usageWith } from './stage.fixture.ts';

const limits = { brokers: 3, maximumPollers: 3, databaseConcurrency: 12, maximumAcu: 16 };

test('the share of a topic is that of its archived records', () => {
  const usages = [
    usageWith({ topic: 'orders', records: 1_000 }),
    usageWith({ topic: 'processed-orders', records: 900 }),
    usageWith({ topic: 'processed-orders', records: 5, function: 'insertIntoRds' }),
  ];
  expect(shareOf({ usages }, 'orders', 'processed-orders')).toBe(0.9);
});

test('a million records of a domain are priced by group', () => {
  const groups = byGroup(usesOfAMillion(demoStage, 'demo', 100));

  // a write for each record
  expect(groups['DynamoDB']).toBeCloseTo(0.625);
  // 100 records of 3 partitions a second: 30,000 objects, and 50 MB
  expect(groups['S3']).toBeCloseTo(30_000 * 5e-6 + 0.05 * 0.023);
  // 10,000 invocations of each function: 10 + 10 + 50 ms and 100 + 10 ms, with 1,769 MB
  expect(groups['Lambda']).toBeCloseTo(0.004 + 10_000 * (0.07 + 0.11) * (1_769 / 1_024) * 0.0000133334);
  expect(total(groups)).toBeGreaterThan(0.625 + 0.15);
});

test('partitions and pollers are planned for twice what the slowest function takes', () => {
  // upsertIntoDynamodb: 1,000 records in 1,010 ms, so 990/s of a partition
  const running = runningAt(demoStage, 'demo', 2_000, true);

  expect(running.map(({ mapping }) => mapping.partitions)).toEqual([5, 5]);
  expect(running.map(({ pollers }) => pollers)).toEqual([1, 1]);
  expect(runningAt(demoStage, 'demo', 2_000, false)[0]?.mapping.partitions).toBe(3);
});

test('settings replace those of the template, except that no window stays no window', () => {
  const stage = { ...demoStage, mappings: [mappingWith({}), mappingWith({ windowSeconds: 0 })] };
  const { mappings } = withSettings(stage, { memoryMb: 512, windowSeconds: 10 });

  expect(mappings.map(({ memoryMb, windowSeconds }) => [memoryMb, windowSeconds])).toEqual([
    [512, 10],
    [512, 0],
  ]);
});

test('the load nearest to its limit is the first', () => {
  const [first] = loadsOf(runningAt(demoStage, 'demo', 1_485, false), limits);

  expect(first).toMatchObject({ name: 'partitions of demo_topic (upsertIntoDynamodb)', used: 1_485 });
  expect(first?.limit).toBeCloseTo(3 * (1_000 / 1.01));
});

test('a domain breaks at the rate at which its first load reaches its limit', () => {
  const { rate, name } = breaksAt(demoStage, 'demo', limits);

  expect(name).toBe('partitions of demo_topic (upsertIntoDynamodb)');
  expect(rate / (3_000 / 1.01)).toBeCloseTo(1, 2);
});

test.each([
  { rate: 40_001, name: 'writes to RecordsTable', used: 40_001, limit: 40_000 },
  // 250 bytes a record: 12.5 MB/s of 3 brokers
  { rate: 50_000, name: 'records into the brokers', used: 12.5, limit: 30 },
  // 3 pollers of 5 MB/s
  { rate: 50_000, name: 'bytes to the pollers of archiveToS3, demo_topic', used: 12.5, limit: 15 },
])('$name', ({ rate, name, used, limit }) => {
  const load = loadsOf(runningAt(demoStage, 'demo', rate, false), limits).find((each) => each.name === name);
  expect(load).toMatchObject({ used, limit });
});

test('the state of a window is written for each batch of its partition', () => {
  const calls = { 'dynamodb.PutItem WindowsTable': { calls: 60, bytes: 0, units: 60 } };
  const stage = {
    ...demoStage,
    usages: [usageWith({}), usageWith({ function: 'aggregateOrders', calls })],
    mappings: [mappingWith({ function: 'aggregateOrders' })],
  };
  const loads = loadsOf(runningAt(stage, 'demo', 100, false), limits);

  // one batch a second with 3 partitions, 2 writes for each
  expect(loads.find(({ name }) => name.includes('hot key'))?.used).toBeCloseTo(2);
});

test('a plan has brokers for twice the bytes, and units for ten pollers or 20 MB/s', () => {
  // 250 bytes a record: 25 MB/s
  const { brokers, pollers, pollerUnits } = planOf(demoStage, 'demo', 100_000, limits, {});

  expect(brokers).toBe(6);
  // the archive: 10 for its bytes; the sink: 202 full batches at once with the headroom, 5 for each poller
  expect(pollers).toBe(10 + 41);
  expect(pollerUnits).toBe(6);
});

test('peers are priced by GB, MCU-hours and KPU-hours', () => {
  const compared = peersOf(demoStage, 'demo', 1_000);

  // 250 kB/s for a month are 657 GB
  expect(compared[0]?.peerUsd).toBeCloseTo(657 * 0.055);
  // two sinks, one MCU each
  expect(compared[1]?.peerUsd).toBeCloseTo(2 * 730 * 0.11);
  // nothing validates demo_topic
  expect(compared).toHaveLength(2);
});

test('a transform of Firehose is billed by GB and by its Lambda time, and Direct PUT by 5 KB a record', () => {
  const stage = {
    ...demoStage,
    usages: [usageWith({ topic: 'user-login' }), usageWith({ function: 'processLogin', topic: 'user-login' })],
    mappings: [mappingWith({ topic: 'user-login', function: 'processLogin' })],
  };
  const [msk, put] = peersOf(stage, 'logins', 1_000)
    .filter(({ peer }) => peer.startsWith('Firehose'))
    .slice(1);

  // 2,628 million records, 12,000 in a call that takes 10 + 1,200 ms
  const lambda = 219_000 * 0.2e-6 + 219_000 * 1.21 * (1_769 / 1_024) * 0.0000133334;
  expect(msk?.peerUsd).toBeCloseTo(657 * 0.055 + lambda);
  expect(put?.peerUsd).toBeCloseTo(13_140 * 0.029 + lambda);
});

test('the writes of records, which a peer does too, are left out of the comparison', () => {
  const [, sinks] = peersOf(demoStage, 'demo', 1_000);
  const all = (total(byGroup(usesOfAMillion(demoStage, 'demo', 1_000))) * 1_000 * 730 * 3_600) / 1e6;

  expect(sinks?.here).toBeLessThan(all - 0.625 * 1e-6 * 1_000 * 730 * 3_600 + 1);
});
