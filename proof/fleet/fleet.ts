import { checkDeadLetters, deadLettersOf } from '../checks/dead-letters.ts';
import { bare } from '../checks/once.ts';
import { checkOrder } from '../checks/order.ts';
import { checkStores } from '../checks/stores.ts';
import { checkWitness } from '../checks/witness.ts';
import { countBy, counted } from '../count.ts';
import type { Domain, Judged, Subject } from '../domain.ts';
import { latencies } from '../latency/latencies.ts';
import { domainProblems } from '../problems.ts';
import { checkAlerts } from './check-alerts.ts';
import { checkDelays } from './check-delays.ts';
import { checkDocuments } from './check-documents.ts';
import { checkAlertItems, checkTripItems, checkVehicles } from './check-items.ts';
import { checkProcessed, type ProcessedCopy } from './check-processed.ts';
import { checkAlertRows, checkReadings, checkTripRows } from './check-rows.ts';
import { contradiction } from './contradiction.ts';
import { ALERTS, COLUMNS, PROCESSED, RAW, RAW_DLQ, TABLES, TOPICS, TRIPS } from './places.ts';
import type { DelayReport, FleetReport, FleetTypes } from './report.ts';
import { ALERT_KINDS, DELAY } from './truth/alerts.ts';
import { type FleetTruth, fleetTruth } from './truth/fleet.ts';

/** The vehicle fleet: readings and trips in, processed readings and alerts out. */
export const fleet: Domain<FleetTypes> = { topics: TOPICS, tables: TABLES, columns: COLUMNS, judge, describe };

function judge({ world, facts, isOlder, mayBeDead, findings }: Subject): Judged<FleetReport> {
  const { topics } = world;
  const truth = fleetTruth(world, facts, isOlder);
  const processed = checkProcessed(topics[PROCESSED], truth, findings);
  const { thresholds } = facts;
  const alerts = checkAlerts(topics[ALERTS], truth, thresholds, findings);
  const delays = checkDelays(alerts.delays, processed.copies, truth, thresholds, findings);
  checkOrder(PROCESSED, topics[PROCESSED].records, findings);
  // A reading that is handled again may use the next trip, and be late only by that one.
  const mayComeLater = new Set([...delays.verdicts].flatMap(([of, verdict]) => (verdict === 'either' ? [of] : [])));
  checkOrder(ALERTS, topics[ALERTS].records, findings, (source) => mayComeLater.has(source.replace(DELAY_KIND, '')));
  const bad = new Map([...truth.bad, ...truth.badTrips]);
  const deadLetters = { topic: RAW_DLQ, log: topics[RAW_DLQ], topics: TOPICS };
  const letters = checkDeadLetters(deadLetters, bad, mayBeDead, findings);

  const all = new Map([...alerts.expected, ...delays.expected]);
  const { copies } = processed;
  const stores = checkStores(
    TOPICS,
    world,
    {
      rds: (rows) => ({
        readings: checkReadings(rows, truth, copies, findings),
        alerts: checkAlertRows(rows, truth, all, findings),
        trips: checkTripRows(rows, truth, topics[TRIPS], findings),
      }),
      dynamodb: (items) => ({
        vehicles: checkVehicles(items, truth, copies, findings),
        alerts: checkAlertItems(items, truth, all, findings),
        trips: checkTripItems(items, truth, { readAt: world.readAt, days: facts.tombstoneDays }, findings),
      }),
      opensearch: (documents) => ({
        alerts: checkDocuments(documents, { truth, expected: all, log: topics[ALERTS], thresholds }, findings),
      }),
    },
    findings,
  );
  const run = facts.generators.fleet;
  const contradicts = contradiction(truth, run?.manifest, thresholds.delayMinutes);
  const witness = checkWitness(run, TOPICS, world, contradicts, findings);
  const report: FleetReport = {
    acknowledged: witness.acknowledged[RAW] ?? 0,
    read: topics[RAW].records.length,
    bad: truth.bad.size,
    deadLettered: deadLettersOf(RAW, topics[RAW_DLQ]),
    alerts: all.size,
    alertsByKind: countBy(all.values(), ({ source }) => source.slice(source.lastIndexOf('/') + 1)),
    badByCode: countBy(truth.bad.values(), ({ code }) => code),
    badByCause: witness.badByCause,
    delay: { ...delays.report, ...unsettledOf(truth, copies, run?.manifest) },
    trips: { acknowledged: witness.acknowledged[TRIPS] ?? 0, read: topics[TRIPS].records.length },
    topics: {
      [PROCESSED]: bare(processed.tally),
      [ALERTS]: bare(alerts.tally),
      [`${ALERTS} Delay`]: bare(delays.tally),
      [RAW_DLQ]: bare(letters),
    },
    producedTwice: processed.tally.repeated + alerts.tally.repeated + delays.tally.repeated + letters.repeated,
    stores,
  };
  return { report, problems: problemsOf(run, report), latencyMs: latencies(world, truth, facts.samples) };
}

const DELAY_KIND = new RegExp(`/${DELAY}$`);

type Run = Subject['facts']['generators']['fleet'];

/** How many of this run's readings may have been judged by more than one trip. */
function unsettledOf(
  { good, history }: FleetTruth,
  copies: ReadonlyMap<string, ProcessedCopy[]>,
  manifest: NonNullable<Run>['manifest'] | undefined,
): Pick<DelayReport, 'readings' | 'unsettled'> {
  const own = [...good.values()].filter(({ record }) => manifest?.at(RAW, record.partition, record.offset));
  const unsettled = own.filter(({ source, record, reading }) => {
    const processed = (copies.get(source) ?? []).map((copy) => copy.record.timestamp);
    return history.possible(reading.vehicleId, record.timestamp, Math.max(record.timestamp, ...processed)).length > 1;
  });
  return { readings: own.length, unsettled: unsettled.length };
}

function problemsOf(run: Run, report: FleetReport): string[] {
  if (run === undefined) return [];
  const missing = ALERT_KINDS.filter((kind) => !report.alertsByKind[kind]);
  const { readings, unsettled } = report.delay;
  const unclear = `fleet: ${unsettled} of ${counted(readings, 'reading')} may have met more than one trip`;
  return [
    ...(unsettled * 2 > readings ? [`${unclear}: this proves too little`] : []),
    ...missing.map((kind) => `fleet: no ${kind} alert occurred`),
    // Where the generator made no bad records, the archive of the dead-letter topic is empty.
    ...domainProblems('fleet', run, report, run.causes.length === 0 ? [RAW_DLQ] : []),
  ];
}

function describe(report: FleetReport, perSecond: number): string[] {
  const kinds = Object.entries(report.alertsByKind).map(([kind, n]) => `${kind} ${n}`);
  const { acknowledged, bad, deadLettered, alerts, producedTwice } = report;
  return [
    `fleet: ${counted(acknowledged, 'reading')} acknowledged (${perSecond}/s), ${counted(bad, 'bad one')}, ` +
      `${counted(deadLettered, 'dead letter')}; ${counted(alerts, 'alert')}: ${kinds.join(', ')}`,
    ...(producedTwice > 0 ? [`  ${producedTwice} produced twice upstream, stored once`] : []),
  ];
}
