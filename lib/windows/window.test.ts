import { bucketOf, isDue, isLate, windowOf } from './window.ts';

test('a window includes its start and excludes its end, also before the epoch', () => {
  expect([0, 59_999, 60_000, -1, -60_000].map(windowOf)).toEqual([0, 0, 60_000, -60_000, -60_000]);
});

test('a window is due at its end plus grace', () => {
  expect([69_999, 70_000].map((clock) => isDue(0, clock, { graceMs: 10_000 }))).toEqual([false, true]);
});

test('an order is late if it is older than stream time by more than the lateness', () => {
  expect([39_999, 40_000].map((at) => isLate(at, 100_000, { latenessMs: 60_000 }))).toEqual([true, false]);
  expect(isLate(-1e15, Number.NEGATIVE_INFINITY, { latenessMs: 0 })).toBe(false);
});

test('a product’s bucket never changes', () => {
  const ids = ['prod-1', 'prod-2', 'ä', '😀', 'x'.repeat(64)];
  expect(ids.map((id) => bucketOf(id, 10))).toEqual([8, 9, 1, 2, 7]);
  expect(ids.map((id) => bucketOf(id, 1))).toEqual([0, 0, 0, 0, 0]);
});
