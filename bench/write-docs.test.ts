import { readFileSync } from 'node:fs';
import { type Results, readResults } from './results.ts';
import { BENCHMARKS } from './run.ts';
import { BASELINE, PAGE, withFigures } from './write-docs.ts';

const page = readFileSync(PAGE, 'utf8');

test('docs/performance.md has the figures of bench/baseline.json: node bench/write-docs.ts writes them', () => {
  expect(page).toBe(withFigures(page, readResults(BASELINE)));
});

test('docs/performance.md has a section for each benchmark', () => {
  const sections = new Set([...page.matchAll(/<!-- figures: (\S+) -->/g)].map(([, name]) => name));

  expect(sections).toEqual(new Set([...Object.keys(BENCHMARKS), 'machine']));
});

test('a table has a row for each name and a column for each unit', () => {
  const figure = { better: 'lower' as const, rounds: [3, 1, 2] };
  const results: Results = {
    machine: { cores: 2, cpu: 'a CPU', node: 'v24.1.0' },
    day: '2026-01-01',
    scale: 1,
    measured: {
      some: {
        figures: [
          { ...figure, name: 'one', unit: 'ms' },
          { ...figure, name: 'one', unit: 'KB', rounds: [5, 5], bound: 4 },
          { ...figure, name: 'two', unit: 'ms', bound: 9 },
        ],
        wrong: [],
      },
    },
  };
  const empty = 'a\n<!-- figures: machine -->\nold\n<!-- end -->\nb\n<!-- figures: some -->\nold\n<!-- end -->\nc\n';

  const written = withFigures(empty, results);

  expect(written.split('\n')).toEqual([
    'a',
    '<!-- figures: machine -->',
    'Measured on 2026-01-01: 2 cores of a CPU, Node 24.1.0.',
    '<!-- end -->',
    'b',
    '<!-- figures: some -->',
    '',
    '|  | ms | KB |',
    '|---|---:|---:|',
    '| one | 2 (1 to 3) | 5 (**missed: at most 4**) |',
    '| two | 2 (1 to 3; at most 9) |  |',
    '',
    '<!-- end -->',
    'c',
    '',
  ]);
  expect(withFigures(written, results)).toBe(written);
});
