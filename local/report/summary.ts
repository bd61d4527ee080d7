import type { Percentiles, Report, StoreReport } from './report.ts';

const NAMED = 5;

/**
 * The report for a person, in a screenful: what was proven, what was measured, and what is wrong, with the first ids.
 * @example
 * console.log(summary(report));
 */
export function summary(report: Report): string {
  const { fleet, demo } = report.domains;
  const lines = [
    headline(report),
    '',
    `fleet: ${count(fleet.acknowledged, 'reading')} acknowledged (${report.throughput.fleet}/s), ` +
      `${count(fleet.bad, 'bad one')}, ${count(fleet.deadLettered, 'dead letter')}; ${count(fleet.alerts, 'alert')}: ` +
      Object.entries(fleet.alertsByKind)
        .map(([kind, n]) => `${kind} ${n}`)
        .join(', '),
    ...storeLines(fleet.stores),
    ...(demo.read > 0 ? [`demo: ${count(demo.acknowledged, 'record')} acknowledged`, ...storeLines(demo.stores)] : []),
    `latency in ms (p50 / p99 / max): ${latencyText(report.latencyMs)}`,
    `lag at most ${report.lag.max}, at the end ${report.lag.end}; ${fleet.producedTwice} produced twice upstream, stored once`,
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
  if (report.ok)
    return 'OK: every acknowledged record is in each of its stores once, or in a dead-letter topic with its cause';
  const faults = Object.entries(words)
    .map(([kind, word]) => [report[kind as keyof typeof words], word.toLowerCase()] as const)
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${n} ${word}`);
  return `NOT OK: ${[...faults, ...(report.problems.length > 0 ? [`${count(report.problems.length, 'thing')} not proven`] : [])].join(', ')}`;
}

function storeLines(stores: Record<string, StoreReport>): string[] {
  return Object.entries(stores).map(
    ([store, { expected, stored, lost, duplicated, different, unexpected }]) =>
      `  ${store.padEnd(8)} expected ${expected}, stored ${stored}, lost ${lost}, duplicated ${duplicated}` +
      (different + unexpected > 0 ? `, different ${different}, unexpected ${unexpected}` : ''),
  );
}

function latencyText(latencies: Report['latencyMs']): string {
  const texts = Object.entries(latencies as Record<string, Percentiles>).map(
    ([place, { p50, p99, max }]) => `${place} ${p50} / ${p99} / ${max}`,
  );
  return texts.length === 0 ? 'not measured' : texts.join(' · ');
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
