import type { Findings } from '../findings.ts';
import type { StoreReport, Tally } from '../report.ts';
import { DEMO, TOPIC_NAMES, TOPICS, TRIPS } from '../topics.ts';
import type { FleetTruth } from '../truth/fleet.ts';
import { isUnread, type World } from '../world.ts';
import type { ExpectedAlert } from './alerts.ts';
import { checkArchive, topicOfObject } from './archive.ts';
import { checkRecordItems, checkRecordRows } from './demo.ts';
import { checkAlertItems, checkTripItems, checkVehicles } from './dynamodb.ts';
import { bare, sumOf } from './once.ts';
import type { ProcessedCopy } from './processed.ts';
import { checkAlertRows, checkReadings, checkTripRows } from './rds.ts';

type StoreReports = Record<string, StoreReport>;

/** Each store that was read, against what the topics imply: a report of each, by domain. */
export function checkStores(
  world: World,
  truth: FleetTruth,
  copies: ReadonlyMap<string, ProcessedCopy[]>,
  alerts: ReadonlyMap<string, ExpectedAlert>,
  findings: Findings,
): { fleet: StoreReports; demo: StoreReports } {
  const { topics, s3, rds, dynamodb } = world;
  const fleet: StoreReports = {};
  const demo: StoreReports = {};
  if (!isUnread(s3)) {
    const byTopic = Map.groupBy(s3, ({ key }) => topicOfObject(key));
    const archived = (domain: 'fleet' | 'demo') =>
      Object.fromEntries(
        TOPIC_NAMES.filter((topic) => TOPICS[topic].domain === domain).map((topic) => {
          const { compacted } = TOPICS[topic];
          return [topic, checkArchive(topic, topics[topic], compacted, byTopic.get(topic) ?? [], findings)];
        }),
      );
    fleet['s3'] = storeOf(archived('fleet'));
    demo['s3'] = storeOf(archived('demo'));
    const known = new Set<string | undefined>(TOPIC_NAMES);
    for (const { key } of s3) if (!known.has(topicOfObject(key))) findings.add('s3', 'unexpected', key, 'of no topic');
  }
  if (!isUnread(rds)) {
    fleet['rds'] = storeOf({
      readings: checkReadings(rds, truth, copies, findings),
      alerts: checkAlertRows(rds, truth, alerts, findings),
      trips: checkTripRows(rds, truth, topics[TRIPS], findings),
    });
    demo['rds'] = storeOf({ records: checkRecordRows(rds, topics[DEMO], truth.isOlder, findings) });
  }
  if (!isUnread(dynamodb)) {
    fleet['dynamodb'] = storeOf({
      vehicles: checkVehicles(dynamodb, truth, copies, findings),
      alerts: checkAlertItems(dynamodb, truth, alerts, findings),
      trips: checkTripItems(dynamodb, truth, findings),
    });
    demo['dynamodb'] = storeOf({ records: checkRecordItems(dynamodb, topics[DEMO], truth.isOlder, findings) });
  }
  return { fleet, demo };
}

function storeOf(routes: Record<string, Tally>): StoreReport {
  const tallies = Object.fromEntries(Object.entries(routes).map(([name, tally]) => [name, bare(tally)]));
  return { ...sumOf(Object.values(tallies)), routes: tallies };
}
