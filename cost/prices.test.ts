import { GROUPS } from './domain.ts';
import { sumOf, usd, usdAMonth, usdOf } from './prices.ts';

test('a price is for a number of units', () => {
  expect(usd('lambdaRequest', 5_000_000)).toBeCloseTo(1);
  expect(usd('s3Put', 1_000)).toBeCloseTo(0.005);
  // 0.185 * 730
  expect(usdAMonth('pollerUnit', 1)).toBeCloseTo(135.05);
});

test('quantities are added, and multiplied by their prices', () => {
  const uses = sumOf([{ s3Put: 1_000, logs: 1 }, { s3Put: 3_000 }], 2);

  expect(uses).toEqual({ s3Put: 8_000, logs: 2 });
  expect(usdOf(uses)).toBeCloseTo(0.04 + 1);
});

test('no price is in two groups, so nothing is counted twice', () => {
  const names = Object.values(GROUPS).flat();
  expect(new Set(names).size).toBe(names.length);
});
