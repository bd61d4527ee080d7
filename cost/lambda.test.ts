import { batchesOf, batchMs, largestBatch, partitionRate } from './lambda.ts';

const none = { batch: 0, record: 0 };
const work = { cpuMs: { batch: 1, record: 0.1 }, waitMs: { batch: 9, record: 0 }, recordBytes: 100 };
const mapping = {
  function: 'f',
  topic: 't',
  memoryMb: 1_769,
  batchSize: 500,
  windowSeconds: 0,
  partitions: 2,
};

test('CPU takes longer by the share of a vCPU, waiting does not', () => {
  expect(batchMs(100, work, 1_769)).toBeCloseTo(1 + 10 + 9);
  expect(batchMs(100, work, 1_769 / 2)).toBeCloseTo(2 * (1 + 10) + 9);
  expect(batchMs(100, work, 4_000)).toBeCloseTo(1 + 10 + 9);
});

test('a batch has BatchSize records, or what fits into 6 MB', () => {
  expect(largestBatch(500, 100)).toBe(500);
  // 6,291,456 / (200 + 300 * 4 / 3) = 10,485
  expect(largestBatch(100_000, 300)).toBe(10_485);
  expect(largestBatch(10, 100_000_000)).toBe(1);
});

test('a partition takes one full batch after the other', () => {
  // 500 records in 1 + 50 + 9 = 60 ms
  expect(partitionRate(mapping, work)).toBeCloseTo(500 / 0.06);
});

test('without a window, few records come one by one', () => {
  const batches = batchesOf(mapping, work, 10, 1);

  expect(batches).toMatchObject({ records: 1, perSecond: 10, partitions: 1 });
  expect(batches.concurrency).toBeCloseTo(10 * 0.0101);
});

test('without a window, a batch takes what comes during the batch before it', () => {
  // each of 2 partitions: n = 2,000 * (0.010 + 0.0001 n), so n = 25
  const batches = batchesOf(mapping, work, 4_000, 1);

  expect(batches.records).toBeCloseTo(25);
  expect(batches.ms).toBeCloseTo(12.5);
  expect(batches.concurrency).toBeCloseTo(2);
});

test('a poller has at most five batches at once', () => {
  // of 5 lanes: n = 800 * (0.010 + 0.0001 n)
  const { records, concurrency } = batchesOf({ ...mapping, partitions: 100 }, work, 4_000, 1);

  expect(records).toBeCloseTo(8 / 0.92);
  expect(concurrency).toBeCloseTo(5);
});

test('batches are full if the records come faster than that', () => {
  expect(batchesOf(mapping, work, 40_000, 1)).toMatchObject({ records: 500, perSecond: 80 });
});

test('with a window, a batch takes the window from all partitions of a poller', () => {
  const windowed = { ...mapping, windowSeconds: 1, partitions: 6 };

  expect(batchesOf(windowed, work, 100, 1)).toMatchObject({ records: 100, perSecond: 1, partitions: 6 });
  expect(batchesOf(windowed, work, 100, 2)).toMatchObject({ records: 50, perSecond: 2, partitions: 3 });
});

test('with a window, partitions have their own batches if one for all takes longer than the window', () => {
  const windowed = { ...mapping, windowSeconds: 1, partitions: 4, batchSize: 5_000 };
  const slow = { ...work, cpuMs: { batch: 0, record: 1 }, waitMs: none };

  // 2,000 records together would take 2 s; 500 of each partition take 0.5 s
  expect(batchesOf(windowed, slow, 2_000, 1)).toMatchObject({ records: 500, perSecond: 4, partitions: 1, ms: 500 });
});

test('a batch of two records has at most two partitions', () => {
  const windowed = { ...mapping, windowSeconds: 1, partitions: 6 };
  expect(batchesOf(windowed, { ...work, cpuMs: none }, 2, 1).partitions).toBe(2);
});
