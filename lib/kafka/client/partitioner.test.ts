import fc from 'fast-check';
import { Partitioners, type PartitionMetadata } from 'kafkajs';
import { keyPartitioner } from './partitioner.ts';

const partitionMetadata = Array.from(
  { length: 7 },
  (_, partitionId) => ({ partitionId, leader: 1 }) as PartitionMetadata,
);
const choice = (key: Buffer | string | null) => ({ topic: 't', partitionMetadata, message: { key, value: null } });

test('chooses the same partition for a key as kafkajs, and thus as every Kafka client', () => {
  const [ours, theirs] = [keyPartitioner(), Partitioners.DefaultPartitioner()];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const key = Buffer.from(bytes);
      expect(ours(choice(key))).toBe(theirs(choice(key)));
    }),
    { numRuns: 500 },
  );
});

test('chooses the same partition for a text as for its bytes in UTF-8', () => {
  const partitionOf = keyPartitioner();
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (key) => {
      expect(partitionOf(choice(key))).toBe(partitionOf(choice(Buffer.from(key))));
    }),
  );
});

test('spreads records without a key over all partitions', () => {
  const partitionOf = keyPartitioner();
  const chosen = new Set(Array.from({ length: 50 }, () => partitionOf(choice(null))));
  expect(chosen.size).toBe(7);
});

test('the time for a key is linear in its length, not quadratic', () => {
  const partitionOf = keyPartitioner();
  const best = (bytes: number) => {
    const key = Buffer.alloc(bytes, 'x');
    const times = Array.from({ length: 10 }, () => {
      const began = performance.now();
      partitionOf(choice(key));
      return performance.now() - began;
    });
    return Math.min(...times);
  };
  best(100_000);

  // The ratio is 16 if the time is linear, and 256 if it is quadratic: a busy machine can't confuse the two.
  expect(best(1_600_000) / best(100_000)).toBeLessThan(64);
});
