import type { Figure, Measured } from './benchmark.ts';
import { comparison } from './comparison.ts';
import type { Results } from './results.ts';
import { hasFailed, tableOf } from './table.ts';

const rate: Figure = { name: 'logins', unit: 'logins/s', better: 'higher', rounds: [990, 1_000, 1_010], bound: 900 };
const ratio: Figure = { name: 'logins', unit: 'of avsc', better: 'higher', rounds: [0.5, 0.5, 0.5] };
const measured: Measured = { figures: [rate, ratio], wrong: [] };
const machine = { cores: 2, cpu: 'one', node: 'v24' };
const stored = (figures: Figure[]): Results => ({
  machine,
  day: '2026-01-01',
  scale: 1,
  measured: { logins: { figures, wrong: [] } },
});
const times = (factor: number, figure: Figure): Figure => ({
  ...figure,
  rounds: figure.rounds.map((value) => value * factor),
});

test('a table has each figure with its unit, rounds and requirement', () => {
  expect(tableOf('logins', measured).split('\n')).toEqual([
    '',
    'logins',
    '  figure  median  unit      rounds        requirement',
    '  ------  ------  --------  ------------  ------------',
    '  logins   1,000  logins/s  990 to 1,010  at least 900',
    '  logins     0.5  of avsc',
  ]);
  expect(hasFailed('logins', measured)).toBe(false);
});

test('a missed requirement and a wrong result fail', () => {
  const missed = { figures: [times(0.8, rate)], wrong: [] };

  expect(tableOf('logins', missed)).toContain('MISSED: at least 900');
  expect(hasFailed('logins', missed)).toBe(true);
  expect(hasFailed('logins', { figures: [], wrong: ['3 of 7 are wrong'] })).toBe(true);
});

test('a figure without a value misses its requirement', () => {
  expect(hasFailed('logins', { figures: [{ ...rate, rounds: [Number.NaN] }], wrong: [] })).toBe(true);
});

test('compared with the same, nothing has changed', () => {
  const same = comparison(stored([rate, ratio]), machine);

  expect(tableOf('logins', measured, same).match(/no change/g)).toHaveLength(2);
  expect(hasFailed('logins', measured, same)).toBe(false);
  expect(same.notes).toEqual([]);
});

test('a change for the worse fails, a change for the better does not', () => {
  const slower = comparison(stored([times(0.8, rate), times(1.25, ratio)]), machine);

  expect(tableOf('logins', measured, slower)).toMatch(/better, x 1.25\n.*WORSE, x 0.80/);
  expect(hasFailed('logins', measured, slower)).toBe(true);
  expect(hasFailed('logins', { ...measured, figures: [rate] }, slower)).toBe(false);
});

test('on another CPU, only ratios and sizes are compared', () => {
  const size: Figure = { name: 'bundle', unit: 'KB', better: 'lower', rounds: [5, 5, 5] };
  const other = comparison(stored([times(2, rate), times(2, ratio), times(0.5, size)]), { ...machine, cpu: 'two' });

  expect(other.changeOf('logins', rate)).toBeUndefined();
  expect(other.changeOf('logins', ratio)?.verdict).toBe('worse');
  expect(other.changeOf('logins', size)?.verdict).toBe('worse');
  expect(other.notes).toEqual([expect.stringContaining('only ratios')]);
});

test('a figure that only one of the two has is named', () => {
  const earlier = comparison(stored([rate, { ...rate, name: 'old' }]), machine);

  expect(tableOf('logins', measured, earlier)).toMatch(/not comparable\nonly in the stored figures: old, logins\/s$/);
});
