import { ALERTS, PROCESSED, RAW, RAW_DLQ } from './fleet/places.ts';
import { judge } from './judge.ts';
import { archive, at, produceAgain } from './mutations/mutation.fixture.ts';
import { METRICS } from './orders/places.ts';
import { type Synthetic, syntheticWorld } from './world.fixture.ts';

const judged = ({ world, facts }: Synthetic) => judge(world, facts);
test('a world in which everything is right is ok: no findings, no problems', () => {
  const report = judged(syntheticWorld());
  expect(report.findings).toEqual([]);
  expect(report.problems).toEqual([]);
  expect(report).toMatchObject({ ok: true, lost: 0, duplicated: 0, different: 0, unexpected: 0, outOfOrder: 0 });
});

test('the fleet: readings, bad ones, alerts and rows are counted', () => {
  const { fleet, demo } = judged(syntheticWorld()).domains;
  expect(fleet).toMatchObject({ acknowledged: 60, read: 60, bad: 6, deadLettered: 6, producedTwice: 0 });
  expect(fleet.badByCause).toEqual({ 'null value': 3, 'speed in words': 3 });
  expect(fleet.badByCode).toEqual({ NULL_VALUE: 3, SCHEMA: 3 });
  expect(fleet.stores['rds']?.routes['readings']).toMatchObject({ expected: 54, stored: 54, lost: 0, duplicated: 0 });
  expect(fleet.stores['s3']?.routes[RAW]).toMatchObject({ expected: 60, stored: 60 });
  expect(fleet.stores['dynamodb']?.routes['vehicles']).toMatchObject({ expected: 8, stored: 8 });
  expect(fleet.alerts).toBe(Object.values(fleet.alertsByKind).reduce((a, b) => a + b));
  expect(fleet.delay).toMatchObject({ mustNot: 54 - fleet.delay.must, either: 0, raised: fleet.delay.must });
  expect(demo.stores['rds']?.routes['records']).toMatchObject({ expected: 4, stored: 4 });
});

test('orders: windows, corrections, late orders and repeated ids are counted', () => {
  const { orders } = judged(syntheticWorld()).domains;
  expect(orders).toMatchObject({ acknowledged: 60, read: 60, bad: 5, deadLettered: 5, late: 1, duplicateOrderIds: 1 });
  expect(orders.badByCode).toEqual({ NULL_VALUE: 2, UNKNOWN_PRODUCT: 3, LATE: 1 });
  expect(orders.windows).toMatchObject({ expected: 9, exact: 9, corrections: 1, repeated: 0, open: 0 });
  expect(Object.keys(orders.windows.places)).toEqual(['topic', 's3', 'rds', 'file']);
  expect(orders.stores['rds']?.routes['orders']).toMatchObject({ expected: 55, stored: 55 });
  expect(orders.stores['dynamodb']?.routes['orders']).toMatchObject({ expected: 55, stored: 55 });
  expect(orders.stores['file']).toMatchObject({ expected: 9, stored: 9, lost: 0 });
});

test('a window that is wrong in one place is not exact', () => {
  const synthetic = syntheticWorld();
  synthetic.world.file.pop();
  const { ok, domains } = judged(synthetic);
  expect(ok).toBe(false);
  expect(domains.orders.windows).toMatchObject({ expected: 9, exact: 8 });
});

test('a result that is produced again without change is counted as repeated, not as a correction', () => {
  const synthetic = syntheticWorld();
  const { world } = synthetic;
  produceAgain(world, METRICS, -1);
  Object.assign(world, { s3: { notRun: 'its archive would have to hold it too' } });
  world.file.push(world.file.at(-1) as string);
  expect(judged(synthetic)).toMatchObject({
    ok: true,
    domains: { orders: { windows: { exact: 9, corrections: 1, repeated: 1 } } },
  });
});

test('the report has the latencies of the fixture', () => {
  expect(judged(syntheticWorld()).latencyMs).toMatchObject({
    alert: { p50: 30, p99: 30, max: 30 },
    rds: { p50: 400 },
    dynamodb: { p50: 530, samples: 5 },
    opensearch: { p50: 930, samples: 5 },
    s3: { samples: 54 },
  });
});
test.each([0, 7, 19, -1])('processed record %d that is in neither its topic nor its stores is lost', (index) => {
  const synthetic = syntheticWorld();
  const { topics, rds } = synthetic.world;
  const record = at(topics[PROCESSED].records, index);
  const source = String(record.headers.get('source')?.[0]);
  record.headers = new Map([['source', [Buffer.from('x')]]]);
  rds.readings = rds.readings.filter((row) => row.source !== source);
  const report = judged(synthetic);
  expect(report.findings).toContainEqual({ place: PROCESSED, kind: 'lost', count: 1, first: [{ id: source }] });
  expect(report.findings).toContainEqual({ place: 'rds readings', kind: 'lost', count: 1, first: [{ id: source }] });
});

test('a record that was produced twice with one source is counted, and is no fault', () => {
  const synthetic = syntheticWorld();
  const { world } = synthetic;
  for (const topic of [PROCESSED, ALERTS, RAW_DLQ] as const) archive(world, produceAgain(world, topic, 0));
  const report = judged(synthetic);
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ ok: true, domains: { fleet: { producedTwice: 3 } } });
});

test('all faults of a kind are counted, and the first 20 are named', () => {
  const synthetic = syntheticWorld();
  synthetic.world.rds.readings = [];
  const group = judged(synthetic).findings.find(({ place }) => place === 'rds readings');
  expect(group).toMatchObject({ kind: 'lost', count: 54 });
  expect(group?.first).toHaveLength(20);
});

describe('a run that proves nothing is not ok', () => {
  const vacuous: [what: string, problem: RegExp, spoil: (synthetic: Synthetic) => void][] = [
    [
      'some records were not consumed',
      /3 records were not consumed/,
      ({ facts }) => Object.assign(facts.lag, { end: 3 }),
    ],
    [
      'a window was still open',
      /orders: 2 windows not closed when the drain ended/,
      ({ facts }) => Object.assign(facts, { openWindows: 2 }),
    ],
    [
      'a store doesn’t answer',
      /s3 could not be read back: ECONNREFUSED/,
      ({ world }) => Object.assign(world, { s3: { failed: 'ECONNREFUSED' } }),
    ],
    [
      'a cause of bad records never occurred',
      /no bad record of the cause "invalid UTF-8"/,
      ({ facts }) => {
        Object.assign(facts.generators.fleet as object, { causes: ['invalid UTF-8'] });
      },
    ],
    [
      'the first trips were never seen, so that most readings may have met no trip',
      /fleet: 54 of 54 readings may have met more than one trip/,
      ({ facts }) => Object.assign(facts.generators.fleet?.manifest ?? {}, { firstTrips: [] }),
    ],
    [
      'nothing was acknowledged',
      /saw no record acknowledged/,
      ({ facts }) => {
        Object.assign(facts.generators.fleet as object, {
          manifest: { ...facts.generators.fleet?.manifest, *acknowledged() {}, topics: {} },
        });
      },
    ],
  ];
  test.each(vacuous)('%s', (_, problem, spoil) => {
    const synthetic = syntheticWorld();
    spoil(synthetic);
    const report = judged(synthetic);
    expect(report).toMatchObject({
      ok: false,
      lost: 0,
      problems: expect.arrayContaining([expect.stringMatching(problem)]),
    });
  });

  test('an empty world', () => {
    const { world, facts } = syntheticWorld(0, 0);
    const { problems, ok } = judged({ world, facts });
    expect(ok).toBe(false);
    for (const kind of ['Speeding', 'LowFuel', 'Temperature', 'Delay'])
      expect(problems).toContain(`fleet: no ${kind} alert occurred`);
    expect(problems).toContain('fleet: nothing was expected in rds readings');
    expect(problems).toContain('orders: no window was closed');
    expect(problems).toContain('orders: nothing was expected in file metrics.json');
  });
});

test('a run without generators and without records proves nothing', () => {
  const { world, facts } = syntheticWorld();
  Object.assign(facts, { generators: {} });
  for (const log of Object.values(world.topics)) Object.assign(log, { records: [], partitions: [] });
  const empty = { s3: [], rds: emptied(world.rds), dynamodb: emptied(world.dynamodb), opensearch: [], file: [] };
  const report = judge({ ...world, ...empty, commits: [] }, facts);

  expect(report).toMatchObject({
    ok: false,
    findings: [],
    problems: ['nothing was produced: no topic holds a record'],
  });
});

test('a run without generators is ok if the topics hold records', () => {
  const { world, facts } = syntheticWorld();
  Object.assign(facts, { generators: {} });

  expect(judge(world, facts)).toMatchObject({ ok: true, findings: [], problems: [] });
});

const emptied = <T extends object>(lists: T): T =>
  Object.fromEntries(Object.keys(lists).map((name) => [name, []])) as unknown as T;

test('a store that was left out on purpose is named, and not judged', () => {
  const synthetic = syntheticWorld();
  Object.assign(synthetic.world, { s3: { notRun: 'a minimal stack has none' } });
  const report = judged(synthetic);
  expect(report).toMatchObject({ ok: true, notRun: ['s3: a minimal stack has none'] });
  expect(report.domains.fleet.stores).not.toHaveProperty('s3');
});
