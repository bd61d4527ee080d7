import type { FoundLetter } from '#functions/ops/redrive/requests.ts';
import { causesText, planText, resultText } from './text.ts';

const letter = (offset: number, more: Partial<FoundLetter> = {}): FoundLetter => ({
  at: { partition: 1, offset },
  timestamp: Date.UTC(2026, 0, 1, 0, 0, offset),
  from: { topic: 'orders', partition: 2, offset },
  origin: `orders-2-${offset}`,
  function: 'processOrder',
  code: 'SCHEMA',
  attempts: 0,
  ...more,
});
const PLAN = {
  topic: 'orders-dlq',
  id: '1795909392123-3f9ac1',
  resumed: false,
  force: false,
  letters: [letter(1), letter(2, { code: 'LATE' })],
  refused: Array.from({ length: 22 }, (_, n) => ({ letter: `orders-dlq-0-${n}`, why: 'why' })),
  superseded: 3,
};

test('dead letters are counted by function, cause and topic of the record', () => {
  const text = causesText(
    new Map([['orders-dlq', [letter(2), letter(1, { attempts: 1 }), letter(3, { code: 'x\n' })]]]),
  );

  expect(text.split('\n').map((line) => line.split(/ *\| */).join('|'))).toEqual([
    'topic|function|code|source|letters|failed again|first|last',
    expect.any(String),
    'orders-dlq|processOrder|SCHEMA|orders|2|1|2026-01-01T00:00:01.000Z|2026-01-01T00:00:02.000Z',
    'orders-dlq|processOrder|x\\n|orders|1|0|2026-01-01T00:00:03.000Z|2026-01-01T00:00:03.000Z',
    '(2 rows)',
  ]);
});

test('a plan says what goes where, and names what does not go', () => {
  const lines = planText(PLAN, false).split('\n');

  expect(lines.slice(0, 5)).toEqual([
    'redrive 1795909392123-3f9ac1 of orders-dlq: 2 records',
    '  1 to orders for processOrder, SCHEMA',
    '  1 to orders for processOrder, LATE',
    '  3 letters left out: their records have a later letter',
    '  not redriven: orders-dlq-0-0, why',
  ]);
  expect(lines.at(-1)).toBe('  and 2 more that are not redriven');
  expect(planText(PLAN, true)).toMatch(/^a redrive of orders-dlq/);
});

test('a redrive that was stopped says how to go on', () => {
  const redriven = { sent: 1, refused: 0, total: 2, refusals: [], stopped: true };
  expect(resultText(redriven, PLAN)).toBe(
    'sent 1 of 2 records\nstopped: go on with the same options and --id 1795909392123-3f9ac1',
  );
});
