import type { LogRecord } from '../../world.ts';
import { lateOrders } from './late.ts';
import type { GoodOrder } from './order.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-01-15T10:00:00Z');

/** Orders by name, at times; and their records of processed-orders, by name, in the order of their partitions. */
function late(times: Record<string, number>, ...partitions: string[][]) {
  const good = new Map(
    Object.entries(times).map(([source, at]) => [source, { source, order: { at } } as unknown as GoodOrder]),
  );
  const records = partitions.flatMap((names, partition) =>
    names.map((name, offset): LogRecord => {
      const headers = new Map([['source', [Buffer.from(name)]]]);
      return { topic: 'p', partition, offset, timestamp: NOW, key: null, value: null, headers };
    }),
  );
  const { letters, copies, sources } = lateOrders(records, good, DAY);
  return { letters: [...letters.keys()], copies: [...copies], sources: [...sources] };
}

test('late is what is older by more than the lateness than the newest before it in its partition', () => {
  const times = { a: NOW, b: NOW - DAY, c: NOW - DAY - 1, d: NOW - 2 * DAY };
  expect(late(times, ['a', 'b', 'c'], ['d'])).toEqual({ letters: ['p-0-2'], copies: [], sources: ['c'] });
});

test('an order before any newer one is in time, however old', () => {
  expect(late({ a: NOW - 400 * DAY, b: NOW }, ['a', 'b'])).toEqual({ letters: [], copies: [], sources: [] });
});

test('of an order that was produced twice, the first in time, it does not matter what became of the second', () => {
  expect(late({ a: NOW - 2 * DAY, b: NOW }, ['a', 'b', 'a'])).toEqual({ letters: [], copies: ['p-0-2'], sources: [] });
});
