import { effectsOf, type LatencySample } from './chaos/effects.ts';
import { topicOfObject } from './checks/archive.ts';
import { checkCommits } from './checks/commits.ts';
import { checkOffsets } from './checks/offsets.ts';
import { checkStrayRecords } from './checks/records.ts';
import type { Judged, Subject } from './domain.ts';
import type { StoredTopic } from './domain-types.ts';
import { DOMAINS, type DomainName, type DomainReports, TOPIC_NAMES, TOPICS } from './domains.ts';
import { Findings } from './findings.ts';
import { RAW } from './fleet/places.ts';
import type { ReportFacts } from './input.ts';
import { problemsOf } from './problems.ts';
import type { Report } from './report.ts';
import { olderThanLogs } from './truth/age.ts';
import { refusedByStores } from './truth/redriven.ts';
import { isUnread, nameOf, unreadOf, type World } from './world.ts';

type Judgements = { [D in DomainName]: Judged<DomainReports[D]> };

/**
 * Judges the data that was read back. Each domain computes from its input topics what must be where, and compares.
 * Pure: the same world and facts give the same report.
 */
export function judge(world: World, facts: ReportFacts): Omit<Report, 'reconcileSeconds'> {
  const findings = new Findings();
  for (const topic of TOPIC_NAMES) checkOffsets(topic, world.topics[topic], TOPICS[topic].compacted, findings);
  checkCommits(world.commits, world.topics, findings);
  checkKeys(world, findings);
  checkStrayRecords(world, storedTopics(), findings);

  const isOlder = olderThanLogs(world.topics);
  const refused = refusedByStores(world.topics);
  const mayBeDead = (name: string) => isOlder(name) || refused.has(name);
  const subject: Subject = { world, facts, isOlder, mayBeDead, findings };
  const judged = byDomain((name) => DOMAINS[name].judge(subject)) as Judgements;
  const counts = findings.counts();
  const problems = [...problemsOf(world, facts), ...Object.values(judged).flatMap((own) => own.problems)];
  const faults = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    ok: faults === 0 && problems.length === 0,
    seconds: facts.seconds,
    seed: facts.seed,
    ...counts,
    domains: byDomain((name) => judged[name].report) as DomainReports,
    latencyMs: Object.assign({}, ...Object.values(judged).map(({ latencyMs }) => latencyMs)),
    lag: facts.lag,
    throughput: byDomain((name) => perSecond(judged[name].report.acknowledged, secondsOf(facts, name))),
    ...(facts.chaos && { strikes: effectsOf(facts.chaos, alertLatencies(world, facts)) }),
    startSeconds: facts.startSeconds,
    notRun: [...notRunOf(world), ...facts.notRun],
    problems,
    findings: findings.list(),
  };
}

function byDomain<T>(of: (name: DomainName) => T): Record<DomainName, T> {
  const names = Object.keys(DOMAINS) as DomainName[];
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<DomainName, T>;
}

/** Each object of the archive belongs to a topic. */
function checkKeys({ s3 }: World, findings: Findings): void {
  if (isUnread(s3)) return;
  const known = new Set<string | undefined>(TOPIC_NAMES);
  for (const { key } of s3)
    if (!known.has(topicOfObject(key))) findings.add('s3', 'unexpected', key, 'it belongs to no topic');
}

/** How long each alert took from its reading's Kafka timestamp until a consumer had it. */
function alertLatencies({ topics }: World, { samples }: ReportFacts): LatencySample[] {
  const produced = new Map(topics[RAW].records.map((record) => [nameOf(record), record.timestamp]));
  return samples.alerts.flatMap(({ source, arrived }) => {
    const at = produced.get(source.replace(/\/[^/]*$/, ''));
    return at === undefined ? [] : [{ produced: at, took: arrived - at }];
  });
}

function storedTopics(): StoredTopic[] {
  const domains: readonly { storedTopics?: readonly StoredTopic[] }[] = Object.values(DOMAINS);
  return domains.flatMap((domain) => domain.storedTopics ?? []);
}

function notRunOf(world: World): string[] {
  return unreadOf(world).flatMap(([store, why]) => ('notRun' in why ? [`${store}: ${why.notRun}`] : []));
}

/** How long a domain's load ran. Domains start one after the other, and stop together. */
function secondsOf({ generators, seconds }: ReportFacts, name: DomainName): number {
  const { loadStartedAt, stoppedAt } = generators[name]?.manifest ?? {};
  return loadStartedAt === undefined || stoppedAt === undefined ? seconds : (stoppedAt - loadStartedAt) / 1000;
}

function perSecond(count: number, seconds: number): number {
  return seconds > 0 ? Math.round((count / seconds) * 10) / 10 : 0;
}
