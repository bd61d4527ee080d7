import { createRandom } from '#proof/load/random.ts';
import type { Figure } from './benchmark.ts';
import { changeOf } from './change.ts';

const random = createRandom(7);
/** Rounds around a mean; their standard deviation is a tenth of it. */
const rounds = (mean: number, count = 15) => Array.from({ length: count }, () => mean * (1 + random.normal() / 10));
const figure = (better: Figure['better'], values: number[]): Figure => ({
  name: 'n',
  unit: 'u',
  better,
  rounds: values,
});
const verdictOf = (better: Figure['better'], before: number[], after: number[]) =>
  changeOf(figure(better, before), figure(better, after)).verdict;

test('two measurements of the same have not changed', () => {
  const verdicts = Array.from({ length: 60 }, () => verdictOf('higher', rounds(100), rounds(100)));

  expect(verdicts.filter((verdict) => verdict !== 'same').length).toBeLessThanOrEqual(1);
});

test('the same rounds have not changed, whatever their noise', () => {
  expect(verdictOf('lower', [1, 50, 400], [1, 50, 400])).toBe('same');
});

test.each([
  ['higher', 0.8, 'worse'],
  ['higher', 1.2, 'better'],
  ['lower', 0.8, 'better'],
  ['lower', 1.2, 'worse'],
] as const)('where %s is better, rounds that are all %d times as high are %s', (better, factor, verdict) => {
  const before = [100, 101, 99, 102, 98, 103, 97];

  const change = changeOf(
    figure(better, before),
    figure(
      better,
      before.map((value) => value * factor),
    ),
  );

  expect(change.verdict).toBe(verdict);
  expect(change.ratio).toBeCloseTo(factor);
});

test('a shift of 20 % is found in noise of 3 %, also from three rounds', () => {
  expect(verdictOf('lower', [97, 100, 103], [117, 120, 123])).toBe('worse');
});

test('a shift of 20 % is not told from noise that is larger', () => {
  expect(verdictOf('lower', [70, 100, 140], [84, 120, 168])).toBe('same');
});

test('a change of less than 5 % is none, even without noise', () => {
  expect(verdictOf('lower', [100, 100, 100], [104, 104, 104])).toBe('same');
  expect(verdictOf('lower', [100, 100, 100], [106, 106, 106])).toBe('worse');
});

test('what cannot be compared is unclear', () => {
  expect(changeOf(figure('lower', [1, 1]), figure('lower', [9, 9]))).toMatchObject({ verdict: 'unclear' });
  expect(changeOf(figure('lower', [1, -1, 1]), figure('lower', [9, 9, 9]))).toMatchObject({ verdict: 'unclear' });
});
