import { aheadOf, idOf, selectionOf } from './options.ts';

test('the same options select the same records, and give the same id', () => {
  const options = { since: '2026-01-01T00:00Z', until: '2026-01-02' };
  const selection = selectionOf('orders', options);

  expect(selection).toMatchObject({ topic: 'orders', since: Date.UTC(2026, 0, 1), until: Date.UTC(2026, 0, 2) });
  expect(idOf(selection, 'copy')).toBe(idOf(selectionOf('orders', options), 'copy'));
  expect(idOf(selection, 'copy')).not.toBe(idOf(selection, 'orders'));
});

test.each([
  [{ since: '7d' }, '--since takes a time in ISO 8601'],
  [{ from: '5' }, 'give --partition too'],
  [{ partition: '-1' }, '--partition takes a whole number'],
])('%p is refused', (options, message) => {
  expect(() => selectionOf('orders', options)).toThrow(message);
});

test('--ahead is a time, or none', () => {
  expect([aheadOf('30m'), aheadOf('1h'), aheadOf('2d'), aheadOf('none')]).toEqual([
    1_800_000,
    3_600_000,
    172_800_000,
    undefined,
  ]);
  expect(() => aheadOf('0h')).toThrow('--ahead takes a time');
});
