import { Growth } from './growth.ts';
import { partitionLag, wholeLag } from './lag.ts';

/** Samples once a second, from second 0 on. */
function growth(values: readonly number[]): Growth {
  const own = new Growth();
  for (const [second, value] of values.entries()) own.add(second * 1_000, value);
  return own;
}
const seconds = (count: number, of: (second: number) => number) => Array.from({ length: count }, (_, i) => of(i));

test('nothing known is null, never 0', () => {
  const unknown = { lag: null, lagSeconds: null, clearedIn: null };

  expect(partitionLag(0, growth([]), growth([5]), 0)).toEqual({ partition: 0, ...unknown });
  expect(partitionLag(0, growth([5]), growth([]), 0)).toEqual({ partition: 0, ...unknown });
  expect(wholeLag([])).toEqual(unknown);
});

test('a group that has read everything has no lag', () => {
  expect(partitionLag(0, growth([5]), growth([5]), 9_000)).toEqual({
    partition: 0,
    lag: 0,
    lagSeconds: 0,
    clearedIn: 0,
  });
});

test('the lag in seconds is the age of the oldest waiting record', () => {
  // 10 records a second; the group stopped at offset 25, whose record came between seconds 2 and 3.
  const end = growth(seconds(21, (i) => i * 10));
  const committed = growth(seconds(21, () => 25));

  expect(partitionLag(0, end, committed, 20_000)).toEqual({ partition: 0, lag: 175, lagSeconds: 17, clearedIn: null });
});

test('records from before the first look have no known age', () => {
  expect(partitionLag(0, growth([100, 100]), growth([40, 40]), 1_000)).toMatchObject({ lag: 60, lagSeconds: null });
});

test('the time until it is cleared counts what comes in meanwhile', () => {
  // 100 a second come, 110 are handled: 10 a second are made up.
  const end = growth(seconds(21, (i) => 1_000 + i * 100));
  const committed = growth(seconds(21, (i) => i * 110));

  expect(partitionLag(0, end, committed, 20_000)).toMatchObject({ lag: 800, clearedIn: 80 });
});

test('a lag that grows is never cleared', () => {
  const end = growth(seconds(21, (i) => 1_000 + i * 100));
  const committed = growth(seconds(21, (i) => i * 90));

  expect(partitionLag(0, end, committed, 20_000).clearedIn).toBeNull();
});

test('a group that keeps up is done with what waits now in as long as it takes at its pace', () => {
  const end = growth(seconds(21, (i) => i * 100));
  const committed = growth(seconds(21, (i) => Math.max(0, i * 100 - 200)));

  expect(partitionLag(0, end, committed, 20_000)).toMatchObject({ lag: 200, clearedIn: 2 });
});

test('of all partitions, the slowest one decides', () => {
  const whole = wholeLag([
    { partition: 0, lag: 5, lagSeconds: 1, clearedIn: 2 },
    { partition: 1, lag: 7, lagSeconds: 9, clearedIn: 1 },
  ]);

  expect(whole).toEqual({ lag: 12, lagSeconds: 9, clearedIn: 2 });
  expect(
    wholeLag([
      { partition: 0, lag: 5, lagSeconds: 1, clearedIn: 2 },
      { partition: 1, lag: 7, lagSeconds: null, clearedIn: null },
    ]),
  ).toEqual({ lag: 12, lagSeconds: null, clearedIn: null });
});

test('samples of about 15 minutes are kept', () => {
  const own = growth(seconds(2_000, (i) => i));

  expect([own.passed(500), own.passed(1_500), own.passed(1_999)]).toEqual([null, 1_501_000, null]);
});
