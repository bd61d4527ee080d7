import { checkDeadLetters } from '../checks/dead-letters.ts';
import { badRecords, checkRecordItems, checkRecordRows } from '../checks/records.ts';
import { checkStores } from '../checks/stores.ts';
import { checkWitness } from '../checks/witness.ts';
import { counted } from '../count.ts';
import type { Domain, Judged, Subject } from '../domain.ts';
import type { DomainReport } from '../domain-types.ts';
import { domainProblems } from '../problems.ts';
import type { Tally } from '../tally.ts';
import { firstNameOf } from '../truth/redriven.ts';
import type { TopicLog } from '../world.ts';
import type { DemoTypes } from './facts.ts';
import { COLUMNS, DEMO, DEMO_DLQ, TABLES, TOPICS } from './places.ts';

/** The topics whose records are stored as they are. */
const INPUTS = (Object.keys(TOPICS) as DemoTypes['topic'][]).filter((topic) => topic !== DEMO_DLQ);

/**
 * Records of any kind on demo_topic, and on each other topic that is only stored. Each is good, except records that no
 * sink reads or that are too large for an item.
 */
export const demo: Domain<DemoTypes> = {
  topics: TOPICS,
  storedTopics: INPUTS.map((topic) => ({ topic, identityTopic: topic })),
  tables: TABLES,
  columns: COLUMNS,
  judge,
  describe,
};

function judge({ world, facts, isOlder, mayBeDead, findings }: Subject): Judged<DomainReport> {
  const bad = new Map(INPUTS.flatMap((topic) => [...badRecords(world.topics[topic])]));
  const deadLetters = { topic: DEMO_DLQ, log: world.topics[DEMO_DLQ], topics: TOPICS };
  const letters = checkDeadLetters(deadLetters, bad, mayBeDead, findings);
  const stores = checkStores(
    TOPICS,
    world,
    {
      rds: (rows) =>
        byTopic((topic, log) =>
          checkRecordRows(rows, { topic, log, identityTopic: topic, identity: firstNameOf }, isOlder, findings),
        ),
      dynamodb: (items) => byTopic((topic, log) => checkRecordItems(items, topic, log, isOlder, findings)),
    },
    findings,
  );
  const run = facts.generators.demo;
  const { acknowledged, badByCause } = checkWitness(run, TOPICS, world, meantGood, findings);
  const report: DomainReport = {
    acknowledged: acknowledged[DEMO] ?? 0,
    read: INPUTS.reduce((sum, topic) => sum + world.topics[topic].records.length, 0),
    deadLettered: letters.stored,
    stores,
  };
  // The load is on demo_topic alone.
  const mayBeEmpty = [DEMO_DLQ, ...INPUTS.filter((topic) => topic !== DEMO)].flatMap((topic) => [
    topic,
    routeOf(topic),
  ]);
  return { report, problems: domainProblems('demo', run, { ...report, badByCause }, mayBeEmpty) };

  function byTopic(check: (topic: string, log: TopicLog) => Tally): Record<string, Tally> {
    return Object.fromEntries(INPUTS.map((topic) => [routeOf(topic), check(topic, world.topics[topic])]));
  }
}

/** What the report calls a topic's part of the records. */
const routeOf = (topic: string) => (topic === DEMO ? 'records' : `records of ${topic}`);

const meantGood = (_topic: string, _name: string, { kind }: { kind: string }) =>
  kind === 'good' ? undefined : `meant to be ${kind}`;

function describe({ acknowledged }: DomainReport): string[] {
  return [`demo: ${counted(acknowledged, 'record')} acknowledged`];
}
