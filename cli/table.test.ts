import { tableText } from './table.ts';

test('columns are aligned, numbers to the right, and rows are counted', () => {
  const text = tableText(
    ['alert', 'count'],
    [
      ['Speeding', '7'],
      ['Delay', '12345678'],
    ],
    [false, true],
  );
  expect(text.split('\n')).toEqual([
    'alert    |    count',
    '---------+---------',
    'Speeding |        7',
    'Delay    | 12345678',
    '(2 rows)',
  ]);
});

test('without rows the names are shown', () => {
  expect(tableText(['a'], [], [false])).toBe('a\n-\n(0 rows)');
});
