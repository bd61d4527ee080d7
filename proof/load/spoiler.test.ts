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

test('each cause has been once within ten times as many records, however small the share', () => {
  const causes = spoil(0.0001, CAUSES.length * 10 + 1).filter((cause) => cause !== undefined);
  expect(causes).toEqual(CAUSES.map((_, index) => index));
});

test('after the first round the share is kept', () => {
  const bad = spoil(0.01, 100_000).filter((cause) => cause !== undefined).length;
  expect(bad).toBeGreaterThan(990);
  expect(bad).toBeLessThan(1_020);
});

test('large records are a handful, the other causes come equally often', () => {
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

test('a share of 0 makes none, of 1 nothing else', () => {
  expect(spoil(0, 1000).every((cause) => cause === undefined)).toBe(true);
  expect(spoil(1, 1000).every((cause) => cause !== undefined)).toBe(true);
});

test('a cause that a record does not allow lets those behind it go first, and comes as soon as it can', () => {
  const spoiler = createSpoiler(CAUSES, 1);
  const causes = Array.from({ length: 30 }, (_, record) => spoiler.next((cause) => cause !== 4 || record >= 8));
  expect(causes.slice(0, 10)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 4, 9]);
  // From then on it is as if it had never had to wait.
  expect(causes.slice(10)).toEqual(spoil(1, 30).slice(10));
});

test('which records are bad has nothing to do with what they allow', () => {
  const spoiler = createSpoiler(CAUSES, 0.01);
  const bad = Array.from({ length: 5_000 }, (_, record) => spoiler.next((cause) => cause !== 4 || record > 3_000));
  expect(bad.map((cause) => cause !== undefined)).toEqual(spoil(0.01, 5_000).map((cause) => cause !== undefined));
});

test('one that had to wait for the whole first round comes soon after, however small the share', () => {
  const waiting = CAUSES.map((cause, index) => ({ ...cause, waits: index === 4 }));
  const spoiler = createSpoiler(waiting, 0.0001);
  const causes = Array.from({ length: 500 }, (_, record) => spoiler.next((cause) => cause !== 4 || record >= 200));
  expect(causes.indexOf(4)).toBeLessThan(225);
  expect(causes.indexOf(4)).toBeGreaterThanOrEqual(200);
});
