import { judge } from './judge.ts';
import { summary } from './summary.ts';
import { syntheticWorld } from './world.fixture.ts';

test('a good run fits on one screen', () => {
  const { world, facts } = syntheticWorld();
  const text = summary({ ...judge(world, facts), reconcileSeconds: 1 });
  expect(text).toMatch(/^OK: every acknowledged record/);
  expect(text).toContain('fleet: 60 readings acknowledged (10/s), 6 bad ones, 6 dead letters');
  expect(text).toMatch(/rds {8}expected \d+, stored \d+, lost 0, duplicated 0/);
  expect(text).toContain('alert 30 / 30 / 30');
  expect(text.split('\n').length).toBeLessThan(24);
});

test('a good run without one of its stores says so in the first line and names the store', () => {
  const { world, facts } = syntheticWorld();
  const without = { ...world, opensearch: { notRun: 'no Java >= 21' } };

  const text = summary({ ...judge(without, facts), reconcileSeconds: 1 });

  expect(text).toMatch(/^OK: every acknowledged record is once in each of its stores that ran/);
  expect(text).toContain('not run: opensearch: no Java >= 21');
  expect(text).not.toMatch(/opensearch +expected/);
});

test('a bad run names what is wrong, the first ids, and how many more', () => {
  const { world, facts } = syntheticWorld();
  world.rds.readings = [];
  facts.lag.end = 2;
  const text = summary({ ...judge(world, facts), reconcileSeconds: 1 });
  expect(text).toMatch(/^NOT OK: 54 lost, 1 thing not proven/);
  expect(text).toContain('LOST in rds readings: 54\n    raw-data-topic-0-0');
  expect(text).toContain('… and 49 more');
  expect(text).toContain('not proven: 2 records were not consumed when the drain ended');
});
