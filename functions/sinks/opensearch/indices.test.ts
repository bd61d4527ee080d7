import { expiredIndices, indexOf } from './indices.ts';

test.each([
  ['2026-11-21T10:00:00.000Z', 'alerts-2026.11'],
  ['2020-01-01T00:00:00.000Z', 'alerts-2020.01'],
  ['2019-12-31T23:59:59.999Z', 'alerts-before-2020.01'],
  ['0001-01-01T00:00:00.000Z', 'alerts-before-2020.01'],
  ['-000001-12-31T23:00:00.000Z', 'alerts-before-2020.01'],
])('an alert of %s is in %s', (time, index) => {
  expect(indexOf(time)).toBe(index);
});

describe('the retention', () => {
  const now = Date.UTC(2026, 10, 21);
  const names = [
    'alerts-2026.11',
    'alerts-2026.08',
    'alerts-2026.07',
    'alerts-before-2020.01',
    'alerts-mine',
    '.kibana',
  ];

  test('deletes months that have completely passed, and the index of all earlier alerts', () => {
    expect(expiredIndices(names, 3, now)).toEqual(['alerts-2026.07', 'alerts-before-2020.01']);
  });

  test('counts months across a new year', () => {
    expect(expiredIndices(['alerts-2025.12', 'alerts-2025.11'], 1, Date.UTC(2026, 0, 31))).toEqual(['alerts-2025.11']);
  });

  test('of a hundred years deletes nothing', () => {
    expect(expiredIndices(names, 1200, now)).toEqual([]);
  });
});
