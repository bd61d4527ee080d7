import { type Domain, runningAt, type Stage } from './domain.ts';
import type { Load } from './limits.ts';

/** To two digits, as the measurement has no more: 0.034, 1.2, 130. */
export function amount(value: number): string {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(2));
  return rounded >= 1_000 ? rounded.toLocaleString('en-US') : String(rounded);
}

export const count = (value: number): string => value.toLocaleString('en-US');

export const percent = (share: number): string => `${amount(share * 100)} %`;

export const loadText = ({ name, used, limit, unit }: Load): string =>
  `${name}: ${amount(used)} of ${amount(limit)} ${unit}`;

/** What each mapping needs at a rate. */
export function planRows(stage: Stage, domain: Domain, rate: number): string[][] {
  return runningAt(stage, domain, rate, true).map(({ mapping, pollers, batches }) => [
    mapping.function,
    mapping.topic,
    String(mapping.partitions),
    stage.place.isOnDemand ? 'on demand' : String(pollers),
    amount(batches.records),
    amount(batches.ms),
    amount(batches.concurrency),
  ]);
}

export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
