import fc from 'fast-check';
import { take } from './batching.ts';

const queues = fc.array(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 }), { maxLength: 5 });
const limits = fc.record({ batchSize: fc.integer({ min: 1, max: 20 }), maxBytes: fc.integer({ min: 1, max: 200 }) });

function taken(from: number[][], counts: number[]): number[] {
  return from.flatMap((sizes, index) => sizes.slice(0, counts[index]));
}

describe('take', () => {
  test('never exceeds the batch size', () => {
    fc.assert(fc.property(queues, limits, (from, limit) => taken(from, take(from, limit)).length <= limit.batchSize));
  });

  test('exceeds the byte limit only with a single record', () => {
    fc.assert(
      fc.property(queues, limits, (from, limit) => {
        const batch = taken(from, take(from, limit));
        return batch.length <= 1 || batch.reduce((sum, size) => sum + size, 0) <= limit.maxBytes;
      }),
    );
  });

  test('takes at least one record if there is one', () => {
    fc.assert(
      fc.property(queues, limits, (from, limit) => {
        return taken(from, take(from, limit)).length > 0 || from.every((sizes) => sizes.length === 0);
      }),
    );
  });

  test('leaves no first record in a queue that would still fit', () => {
    fc.assert(
      fc.property(queues, limits, (from, limit) => {
        const counts = take(from, limit);
        const batch = taken(from, counts);
        const bytes = batch.reduce((sum, size) => sum + size, 0);
        const lastServed = counts.findLastIndex((count) => count > 0);
        const left = from.slice(lastServed).map((sizes, index) => sizes[counts[lastServed + index] ?? 0]);
        return (
          batch.length === limit.batchSize || left.every((size) => size === undefined || bytes + size > limit.maxBytes)
        );
      }),
    );
  });

  test('serves the queues in order', () => {
    expect(take([[10, 10], [10]], { batchSize: 2, maxBytes: 100 })).toEqual([2, 0]);
    expect(take([[10, 90], [10]], { batchSize: 9, maxBytes: 50 })).toEqual([1, 1]);
  });
});
