/** `node bench/write-docs.ts` writes the tables of docs/performance.md. write-docs.test.ts fails if they are outdated. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, type Measured, median, misses } from './benchmark.ts';
import { type Results, rangeOf, readResults, requirementOf, shown } from './results.ts';

export const PAGE = join(import.meta.dirname, '..', 'docs', 'performance.md');
export const BASELINE = join(import.meta.dirname, 'baseline.json');

/** In place of a table. */
const NONE = 'There are no stored figures yet.';

/** The page with the figures between its marks, `<!-- figures: NAME -->` and `<!-- end -->`. */
export function withFigures(page: string, results: Results): string {
  return page.replace(/(<!-- figures: (\S+) -->\n).*?(?=<!-- end -->)/gs, (_, mark: string, name: string) => {
    const measured = results.measured[name];
    if (name === 'machine') return `${mark}${machineText(results)}\n`;
    return `${mark}\n${measured === undefined ? NONE : tableOf(measured)}\n\n`;
  });
}

function machineText({ machine: { cores, cpu, node }, day, scale }: Results): string {
  const load = scale === 1 ? '' : `, ${scale} of the usual load`;
  return `Measured on ${day}: ${cores} cores of ${cpu}, Node ${node.replace(/^v/, '')}${load}.`;
}

/** A row for each name, and a column for each unit: the median, and in brackets the rounds and the requirement. */
function tableOf({ figures }: Measured): string {
  const units = [...new Set(figures.map(({ unit }) => unit))];
  const rows = [...Map.groupBy(figures, ({ name }) => name)].map(([name, own]) => [
    name,
    ...units.map((unit) => cellOf(own.find((figure) => figure.unit === unit))),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(['', ...units]), `|---|${units.map(() => '---:|').join('')}`, ...rows.map(line)].join('\n');
}

function cellOf(figure: Figure | undefined): string {
  if (figure === undefined) return '';
  const details = [
    rangeOf(figure.rounds),
    misses(figure) ? `**missed: ${requirementOf(figure)}**` : requirementOf(figure),
  ];
  const text = details.filter((detail) => detail !== '').join('; ');
  return `${shown(median(figure.rounds))}${text === '' ? '' : ` (${text})`}`;
}

if (import.meta.main) writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), readResults(BASELINE)));
