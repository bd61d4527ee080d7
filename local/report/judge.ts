import { checkAlerts } from './checks/alerts.ts';
import { checkDeadLetters, deadLetterOf } from './checks/dead-letters.ts';
import { checkDelays } from './checks/delay.ts';
import { tooLargeForItems } from './checks/demo.ts';
import { checkOffsets } from './checks/offsets.ts';
import { bare } from './checks/once.ts';
import { checkOrder } from './checks/order.ts';
import { checkProcessed } from './checks/processed.ts';
import { checkStores } from './checks/stores.ts';
import { checkWitness, type WitnessResult } from './checks/witness.ts';
import { Findings } from './findings.ts';
import type { ReportFacts } from './input.ts';
import { latencies } from './latency/latencies.ts';
import { problemsOf } from './problems.ts';
import type { FleetReport, Report } from './report.ts';
import { ALERTS, DEMO, DEMO_DLQ, PROCESSED, RAW, RAW_DLQ, TOPIC_NAMES, TOPICS, TRIPS } from './topics.ts';
import { fleetTruth } from './truth/fleet.ts';
import { isUnread, type World } from './world.ts';

/**
 * Judges what was read back: computes from the input topics what must be where, and compares. Pure: the same world and
 * facts give the same report.
 */
export function judge(world: World, facts: ReportFacts): Omit<Report, 'reconcileSeconds'> {
  const findings = new Findings();
  const { topics } = world;
  for (const topic of TOPIC_NAMES) checkOffsets(topic, topics[topic], TOPICS[topic].compacted, findings);

  const truth = fleetTruth(world, facts);
  const processed = checkProcessed(topics[PROCESSED], truth, findings);
  const alerts = checkAlerts(topics[ALERTS], truth, findings);
  const { delayMinutes } = facts.thresholds;
  const delays = checkDelays(alerts.delays, processed.copies, truth, delayMinutes, findings);
  for (const topic of [PROCESSED, ALERTS] as const) checkOrder(topic, topics[topic].records, findings);
  const older = truth.isOlder;
  const letters = checkDeadLetters(
    RAW_DLQ,
    topics[RAW_DLQ],
    new Map([...truth.bad, ...truth.badTrips]),
    older,
    findings,
  );
  const demoLetters = checkDeadLetters(DEMO_DLQ, topics[DEMO_DLQ], tooLargeForItems(topics[DEMO]), older, findings);

  const allAlerts = new Map([...alerts.expected, ...delays.expected]);
  const stores = checkStores(world, truth, processed.copies, allAlerts, findings);
  const witnessed = (run: ReportFacts['generators']['fleet' | 'demo']): WitnessResult =>
    run === undefined ? NO_WITNESS : checkWitness(run, world, truth, delays.verdicts, findings);
  const [fleetWitness, demoWitness] = [witnessed(facts.generators.fleet), witnessed(facts.generators.demo)];

  const fleet: FleetReport = {
    acknowledged: fleetWitness.acknowledged[RAW] ?? 0,
    read: topics[RAW].records.length,
    bad: truth.bad.size,
    deadLettered: new Set(topics[RAW_DLQ].records.map(deadLetterOf).filter((id) => id.startsWith(`${RAW}-`))).size,
    alerts: allAlerts.size,
    alertsByKind: countBy(allAlerts.values(), ({ source }) => source.slice(source.lastIndexOf('/') + 1)),
    badByCode: countBy(truth.bad.values(), ({ code }) => code),
    badByCause: fleetWitness.badByCause,
    delay: delays.report,
    trips: { acknowledged: fleetWitness.acknowledged[TRIPS] ?? 0, read: topics[TRIPS].records.length },
    topics: {
      [PROCESSED]: bare(processed.tally),
      [ALERTS]: bare(alerts.tally),
      [`${ALERTS} Delay`]: bare(delays.tally),
      [RAW_DLQ]: bare(letters),
    },
    producedTwice: processed.tally.repeated + alerts.tally.repeated + delays.tally.repeated + letters.repeated,
    stores: stores.fleet,
  };
  const demo = {
    acknowledged: demoWitness.acknowledged[DEMO] ?? 0,
    read: topics[DEMO].records.length,
    deadLettered: demoLetters.stored,
    stores: stores.demo,
  };
  const notRun = [
    ...(['s3', 'rds', 'dynamodb'] as const).flatMap((store) => {
      const found = world[store];
      return isUnread(found) && 'notRun' in found ? [`${store}: ${found.notRun}`] : [];
    }),
    ...facts.notRun,
  ];
  const counts = findings.counts();
  const problems = problemsOf(world, facts, { fleet, demo });
  const faults = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    ok: faults === 0 && problems.length === 0,
    seconds: facts.seconds,
    seed: facts.seed,
    ...counts,
    domains: { fleet, demo },
    latencyMs: latencies(world, truth, facts.samples),
    lag: facts.lag,
    throughput: {
      fleet: perSecond(fleet.acknowledged, facts.seconds),
      demo: perSecond(demo.acknowledged, facts.seconds),
    },
    startSeconds: facts.startSeconds,
    notRun,
    problems,
    findings: findings.list(),
  };
}

const NO_WITNESS: WitnessResult = { acknowledged: {}, badByCause: {} };

function countBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(items, keyOf)].map(([key, own]) => [key, own.length]));
}

function perSecond(count: number, seconds: number): number {
  return seconds > 0 ? Math.round((count / seconds) * 10) / 10 : 0;
}
