import { type Figure, type Measured, median, misses } from './benchmark.ts';
import type { Change } from './change.ts';
import type { Comparison } from './comparison.ts';
import { rangeOf, requirementOf, shown } from './results.ts';

const NAMES = ['figure', 'median', 'unit', 'rounds', 'requirement'];
const RIGHT = new Set(['median']);

/** A benchmark's figures as a table for a terminal. */
export function tableOf(name: string, { figures, wrong }: Measured, comparison?: Comparison): string {
  const names = comparison === undefined ? NAMES : [...NAMES, 'against the stored figure'];
  const rows = figures.map((figure) => [
    figure.name,
    shown(median(figure.rounds)),
    figure.unit,
    rangeOf(figure.rounds),
    misses(figure) ? `MISSED: ${requirementOf(figure)}` : requirementOf(figure),
    ...(comparison === undefined ? [] : [changeText(comparison.changeOf(name, figure))]),
  ]);
  const missing = comparison?.missing(name, { figures, wrong }) ?? [];
  return [
    '',
    name,
    ...aligned([names, ...rows]),
    ...wrong.map((text) => `WRONG: ${text}`),
    ...missing.map((text) => `only in the stored figures: ${text}`),
  ].join('\n');
}

function changeText(change: Change | undefined): string {
  if (change === undefined) return 'not comparable';
  const { verdict, ratio, why } = change;
  const share = `x ${ratio.toFixed(2)}`;
  const texts = { better: `better, ${share}`, same: 'no change', worse: `WORSE, ${share}`, unclear: `unclear: ${why}` };
  return texts[verdict];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows;
  const widths = head.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (RIGHT.has(head[i] as string) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].map(
    (text) => `  ${text}`,
  );
}

/** Whether a run with these results has failed: a wrong result, a missed requirement, or a change for the worse. */
export function hasFailed(name: string, { figures, wrong }: Measured, comparison?: Comparison): boolean {
  const isWorse = (figure: Figure) => comparison?.changeOf(name, figure)?.verdict === 'worse';
  return wrong.length > 0 || figures.some((figure) => misses(figure) || isWorse(figure));
}
