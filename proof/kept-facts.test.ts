import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from './judge.ts';
import { keepFacts, readFacts } from './kept-facts.ts';
import { drop } from './mutations/mutation.fixture.ts';
import { syntheticWorld } from './world.fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kept-facts-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the kept facts of a run give the same report, also of a fault that only a generator witnesses', async () => {
  const { world, facts } = syntheticWorld();
  await keepFacts(folder, { facts, references: { Table: { Ref: 'table' } }, brokers: 1, unread: {} });
  const kept = await readFacts(folder);
  expect(kept).toMatchObject({ references: { Table: { Ref: 'table' } }, brokers: 1, unread: {} });
  expect(judge(world, kept.facts)).toEqual(judge(world, facts));

  for (const { records, partitions } of Object.values(world.topics)) {
    for (const range of partitions) range.end--;
    drop(records, -1);
  }
  const report = judge(world, kept.facts);
  expect(report).toEqual(judge(world, facts));
  expect(report.findings).toContainEqual(expect.objectContaining({ place: 'raw-data-topic', kind: 'lost' }));
});

test('a folder without facts is an error that says what was missing', async () => {
  await expect(readFacts(folder)).rejects.toThrow('has no facts of a run');
});
