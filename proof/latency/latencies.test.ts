import { percentiles } from './latencies.ts';

test('percentiles are values that were measured', () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i);
  expect(percentiles(values)).toEqual({ p50: 100, p95: 190, p99: 198, max: 200, samples: 200 });
  expect(percentiles([7])).toEqual({ p50: 7, p95: 7, p99: 7, max: 7, samples: 1 });
});

test('undefined values are left out, and without values the result is undefined', () => {
  expect(percentiles([undefined, 5])).toMatchObject({ max: 5, samples: 1 });
  expect(percentiles([undefined])).toBeUndefined();
});
