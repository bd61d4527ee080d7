import { brief, count, ms, NOT_KNOWN, rate, seconds } from './format.ts';

test('what is not known is never shown as 0', () => {
  for (const format of [brief, count, ms, rate, seconds])
    expect([null, undefined, Number.NaN].map(format)).toEqual([NOT_KNOWN, NOT_KNOWN, NOT_KNOWN]);
});

test('values are short, with their unit', () => {
  expect([0, 0.44, 12, 150, 7_300, 200_000].map(seconds)).toEqual(['0 s', '0.4 s', '12 s', '3 min', '2 h', '2 d']);
  expect([0, 2.44, 98.7, 12_345].map(rate)).toEqual(['0/s', '2.4/s', '99/s', '12.3K/s']);
  expect([0, 1_200].map(ms)).toEqual(['0 ms', '1.2 s']);
});
