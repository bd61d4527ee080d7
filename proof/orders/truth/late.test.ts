import type { LogRecord } from '../../world.ts';
import { lateOrders } from './late.ts';
import type { GoodOrder } from './order.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-01-15T10:00:00Z');

/** @param times of the orders, by name @param partitions of processed-orders: the names of their orders, in order */
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

test('an order is late if it is older than the newest one before it in its partition by more than the lateness', () => {
  const times = { a: NOW, b: NOW - DAY, c: NOW - DAY - 1, d: NOW - 2 * DAY };
  expect(late(times, ['a', 'b', 'c'], ['d'])).toEqual({ letters: ['p-0-2'], copies: [], sources: ['c'] });
});

test('an old order before any newer one is in time', () => {
  expect(late({ a: NOW - 400 * DAY, b: NOW }, ['a', 'b'])).toEqual({ letters: [], copies: [], sources: [] });
});

test('an order whose first copy was in time isn’t late; its late copy may be a dead letter or not', () => {
  expect(late({ a: NOW - 2 * DAY, b: NOW }, ['a', 'b', 'a'])).toEqual({ letters: [], copies: ['p-0-2'], sources: [] });
});
