import { createSpoiler, type SpoilCause } from './spoiler.ts';

const CAUSES: SpoilCause[] = Array.from({ length: 13 }, (_, index) => ({
  cause: `cause ${index}`,
  code: 'SCHEMA',
  large: index === 10,
}));

function spoil(share: number, records: number): (number | undefined)[] {
  const spoiler = createSpoiler(CAUSES, share);
  return Array.from({ length: records }, () => spoiler.next());
}

test('each cause occurs once within ten times as many records, even with a tiny share', () => {
  const causes = spoil(0.0001, CAUSES.length * 10 + 1).filter((cause) => cause !== undefined);
  expect(causes).toEqual(CAUSES.map((_, index) => index));
});

test('after the first round the share is met', () => {
  const bad = spoil(0.01, 100_000).filter((cause) => cause !== undefined).length;
  expect(bad).toBeGreaterThan(990);
  expect(bad).toBeLessThan(1_020);
});

test('large records are few, and the other causes occur equally often', () => {
  const causes = spoil(0.01, 60_000);
  const counts = CAUSES.map((record, index) => ({
    large: record.large === true,
    count: causes.filter((cause) => cause === index).length,
  }));
  for (const { large, count } of counts) {
    expect(count).toBeGreaterThanOrEqual(large ? 1 : 45);
    expect(count).toBeLessThanOrEqual(large ? 10 : 60);
  }
});

test('a share of 0 makes no bad record, a share of 1 makes only bad ones', () => {
  expect(spoil(0, 1000).every((cause) => cause === undefined)).toBe(true);
  expect(spoil(1, 1000).every((cause) => cause !== undefined)).toBe(true);
});

test('a cause that isn’t possible yet waits, later causes go first, and it comes as soon as it is possible', () => {
  const spoiler = createSpoiler(CAUSES, 1);
  const causes = Array.from({ length: 30 }, (_, record) => spoiler.next((cause) => cause !== 4 || record >= 8));
  expect(causes.slice(0, 10)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 4, 9]);
  // From then on the order is the same as without the wait.
  expect(causes.slice(10)).toEqual(spoil(1, 30).slice(10));
});

test('which records are bad doesn’t depend on which causes are possible', () => {
  const spoiler = createSpoiler(CAUSES, 0.01);
  const bad = Array.from({ length: 5_000 }, (_, record) => spoiler.next((cause) => cause !== 4 || record > 3_000));
  expect(bad.map((cause) => cause !== undefined)).toEqual(spoil(0.01, 5_000).map((cause) => cause !== undefined));
});

test('a cause that waited for the whole first round comes soon after, even with a tiny share', () => {
  const waiting = CAUSES.map((cause, index) => ({ ...cause, waits: index === 4 }));
  const spoiler = createSpoiler(waiting, 0.0001);
  const causes = Array.from({ length: 500 }, (_, record) => spoiler.next((cause) => cause !== 4 || record >= 200));
  expect(causes.indexOf(4)).toBeLessThan(225);
  expect(causes.indexOf(4)).toBeGreaterThanOrEqual(200);
});
