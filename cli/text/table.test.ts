import { tableText } from './table.ts';

test('columns are aligned, numbers are right-aligned, and the rows are counted', () => {
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

test('a table without rows shows the column names', () => {
  expect(tableText(['a'], [], [false])).toBe('a\n-\n(0 rows)');
});
