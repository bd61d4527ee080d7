import { checkDeadLetters } from '../checks/dead-letters.ts';
import { checkStores } from '../checks/stores.ts';
import { checkWitness } from '../checks/witness.ts';
import { counted } from '../count.ts';
import type { Domain, DomainReport, Judged, Subject } from '../domain.ts';
import { domainProblems } from '../problems.ts';
import { badRecords, checkRecordItems, checkRecordRows } from './check-records.ts';
import type { DemoTypes } from './facts.ts';
import { COLUMNS, DEMO, DEMO_DLQ, TABLES, TOPICS } from './places.ts';

/**
 * Records of any kind on demo_topic. Each is good, except records that no sink reads or that are too large for an item.
 */
export const demo: Domain<DemoTypes> = { topics: TOPICS, tables: TABLES, columns: COLUMNS, judge, describe };

function judge({ world, facts, isOlder, findings }: Subject): Judged<DomainReport> {
  const log = world.topics[DEMO];
  const bad = badRecords(log);
  const deadLetters = { topic: DEMO_DLQ, log: world.topics[DEMO_DLQ], topics: TOPICS };
  const letters = checkDeadLetters(deadLetters, bad, isOlder, findings);
  const stores = checkStores(
    TOPICS,
    world,
    {
      rds: (rows) => ({ records: checkRecordRows(rows, log, isOlder, findings) }),
      dynamodb: (items) => ({ records: checkRecordItems(items, log, isOlder, findings) }),
    },
    findings,
  );
  const run = facts.generators.demo;
  const { acknowledged, badByCause } = checkWitness(run, TOPICS, world, meantGood, findings);
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
