import { checkDeadLetters } from '../checks/dead-letters.ts';
import { checkStores } from '../checks/stores.ts';
import { checkWitness } from '../checks/witness.ts';
import type { Domain, DomainReport, Judged, Subject } from '../domain.ts';
import { domainProblems } from '../problems.ts';
import { DEMO, DEMO_DLQ } from '../topics.ts';
import { counted } from '../words.ts';
import { badRecords, checkRecordItems, checkRecordRows } from './check-records.ts';

/** Records of any kind on demo_topic: each is good, except what no sink reads and what no item can hold. */
export const demo: Domain<DomainReport> = { judge, describe };

function judge({ world, facts, isOlder, findings }: Subject): Judged<DomainReport> {
  const log = world.topics[DEMO];
  const bad = badRecords(log);
  const letters = checkDeadLetters(DEMO_DLQ, world.topics[DEMO_DLQ], bad, isOlder, findings);
  const stores = checkStores(
    'demo',
    world,
    {
      rds: (rows) => ({ records: checkRecordRows(rows, log, isOlder, findings) }),
      dynamodb: (items) => ({ records: checkRecordItems(items, log, isOlder, findings) }),
    },
    findings,
  );
  const run = facts.generators.demo;
  const { acknowledged, badByCause } = checkWitness(run, world, meantGood, findings);
  const report: DomainReport = {
    acknowledged: acknowledged[DEMO] ?? 0,
    read: log.records.length,
    deadLettered: letters.stored,
    stores,
  };
  return { report, problems: domainProblems('demo', run, { ...report, badByCause }, [DEMO_DLQ]) };
}

const meantGood = (_topic: string, _name: string, { kind }: { kind: string }) =>
  kind === 'good' ? undefined : `meant to be ${kind}`;

function describe({ acknowledged }: DomainReport): string[] {
  return [`demo: ${counted(acknowledged, 'record')} acknowledged`];
}
