import type { StrikeEffect } from './chaos/effects.ts';
import { counted } from './count.ts';
import type { Domain } from './domain.ts';
import type { DomainReport, DomainTypes } from './domain-types.ts';
import type { DomainName } from './domains.ts';
import { DOMAINS } from './domains.ts';
import type { Percentiles } from './latency/percentiles.ts';
import type { Report } from './report.ts';
import type { StoreReport } from './tally.ts';

const NAMED = 5;

/**
 * The report for a person, on one screen: what was proven, what was measured, and what is wrong, with the first ids.
 * @example
 * console.log(summary(report));
 */
export function summary(report: Report): string {
  const lines = [
    headline(report),
    '',
    ...(Object.keys(DOMAINS) as DomainName[]).flatMap((name) => domainLines(name, report)),
    `latency in ms (p50 / p99 / max): ${latencyText(report.latencyMs)}`,
    ...strikeLines(report.strikes ?? []),
    `lag at most ${report.lag.max}, at the end ${report.lag.end}`,
    ...report.notRun.map((what) => `not run: ${what}`),
    ...report.problems.map((what) => `not proven: ${what}`),
    ...report.findings.flatMap(({ place, kind, count: faults, first }) => [
      `${words[kind]} in ${place}: ${faults}`,
      ...first.slice(0, NAMED).map(({ id, why }) => `    ${id}${why === undefined ? '' : ` (${why})`}`),
      ...(faults > NAMED ? [`    … and ${faults - NAMED} more`] : []),
    ]),
  ];
  return lines.join('\n');
}

const words = {
  lost: 'LOST',
  duplicated: 'DUPLICATED',
  different: 'DIFFERENT',
  unexpected: 'UNEXPECTED',
  outOfOrder: 'OUT OF ORDER',
} as const;

function headline(report: Report): string {
  if (report.ok) {
    const where = report.notRun.length === 0 ? 'once in each of its stores' : 'once in each of its stores that ran';
    return `OK: every acknowledged record is ${where}, or in a dead-letter topic with its cause`;
  }
  const faults = Object.entries(words)
    .map(([kind, word]) => [report[kind as keyof typeof words], word.toLowerCase()] as const)
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`);
  const unproven = report.problems.length > 0 ? [`${counted(report.problems.length, 'thing')} not proven`] : [];
  return `NOT OK: ${[...faults, ...unproven].join(', ')}`;
}

/** What each failure of a chaos run did. */
function strikeLines(strikes: readonly StrikeEffect[]): string[] {
  return strikes.map(({ at, kind, with: args, seconds, lag, recovered, alertMs }) => {
    const what = [kind, ...Object.entries(args).map(([name, value]) => `${name} ${value}`)].join(', ');
    const back = recovered === null ? 'not before the next one' : `after ${recovered} s`;
    const alerts = alertMs === null ? '' : `, alerts took ${(alertMs / 1000).toFixed(1)} s at most`;
    return `  ${at} s: ${what}, for ${seconds} s: lag ${lag.before} to ${lag.most}, back ${back}${alerts}`;
  });
}

/** The lines of a domain; none for a domain without records. */
function domainLines(name: DomainName, report: Report): string[] {
  const own: DomainReport = report.domains[name];
  if (own.acknowledged === 0 && own.read === 0) return [];
  const { describe } = DOMAINS[name] as unknown as Domain<DomainTypes>;
  return [...describe(own, report.throughput[name]), ...storeLines(own.stores)];
}

function storeLines(stores: Record<string, StoreReport>): string[] {
  return Object.entries(stores).map(
    ([store, { expected, stored, lost, duplicated, different, unexpected }]) =>
      `  ${store.padEnd(10)} expected ${expected}, stored ${stored}, lost ${lost}, duplicated ${duplicated}` +
      (different + unexpected > 0 ? `, different ${different}, unexpected ${unexpected}` : ''),
  );
}

function latencyText(latencies: Report['latencyMs']): string {
  const texts = Object.entries(latencies as Record<string, Percentiles>).map(
    ([place, { p50, p99, max }]) => `${place} ${p50} / ${p99} / ${max}`,
  );
  return texts.length === 0 ? 'not measured' : texts.join(' · ');
}
