import type { Invocation } from '#cli/usage/metered.ts';
import { lineOf, usageOf } from './usage.ts';

const invocation = (over: Partial<Invocation>): Invocation => ({
  function: 'archiveToS3',
  topic: 'orders',
  partitions: 1,
  records: 10,
  bytes: 1_000,
  logBytes: 500,
  calls: {},
  cpuMs: 5,
  rssMb: 90.4,
  ...over,
});

test('a line goes through the means of the small and of the large batches', () => {
  // 3 ms a batch and 0.5 ms a record
  expect(
    lineOf([
      [10, 8],
      [1_000, 503],
      [30, 18],
      [2_000, 1_003],
    ]),
  ).toEqual({ batch: 3, record: 0.5 });
});

test.each([
  {
    case: 'batches of one size cost the mean of a batch',
    points: [
      [10, 4],
      [10, 6],
    ],
    line: { batch: 5, record: 0 },
  },
  { case: 'one batch is its own mean', points: [[10, 4]], line: { batch: 4, record: 0 } },
  {
    case: 'a negative part for the batch belongs to the records',
    points: [
      [10, 1],
      [100, 109],
    ],
    line: { batch: 0, record: 1 },
  },
] satisfies { case: string; points: [number, number][]; line: object }[])('$case', ({ points, line }) => {
  expect(lineOf(points)).toEqual(line);
});

test('the invocations of a mapping are added up', () => {
  const call = { calls: 1, bytes: 200, units: 1 };
  const usage = usageOf([
    invocation({ partitions: 3, calls: { 's3.PUT': call } }),
    invocation({ topic: 'demo_topic' }),
    invocation({ records: 30, rssMb: 120, calls: { 's3.PUT': call, 'dynamodb.UpdateItem CheckpointsTable': call } }),
  ]);

  expect(usage).toHaveLength(2);
  expect(usage[1]).toMatchObject({
    topic: 'orders',
    invocations: 2,
    slices: 4,
    records: 40,
    bytes: 2_000,
    logBytes: 1_000,
    maxRssMb: 120,
    calls: { 's3.PUT': { calls: 2, bytes: 400, units: 2 } },
  });
});

test('the first ten invocations have no part in the times', () => {
  const cold = Array.from({ length: 10 }, () => invocation({ cpuMs: 900 }));
  const warm = Array.from({ length: 11 }, () => invocation({ cpuMs: 20 }));

  expect(usageOf([...cold, ...warm])[0]?.cpuMs).toEqual({ batch: 20, record: 0 });
});
