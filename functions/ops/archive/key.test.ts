import fc from 'fast-check';
import { objectKey } from '../../sinks/s3/object.ts';
import { parseKey } from './key.ts';

test('every key that the archive makes is read back', () => {
  fc.assert(
    fc.property(
      fc.record({
        topic: fc.stringMatching(/^[\w.-]{1,40}$/),
        partition: fc.nat(9_999),
        epoch: fc.nat(12),
        checkpoint: fc.nat(Number.MAX_SAFE_INTEGER),
        timestamp: fc.oneof(fc.constantFrom(-1, 0, 1e18), fc.integer({ min: 1, max: 4e12 })),
      }),
      ({ topic, partition, epoch, checkpoint, timestamp }) => {
        const key = objectKey({ topic, partition, epoch }, checkpoint, timestamp);
        expect(parseKey(key)).toMatchObject({ key, topic, partition, epoch, checkpoint });
      },
    ),
  );
});

test.each([
  'orders/readme.txt',
  'orders/dt=2026-01-01/hour=00/0-1.ndjson.gz',
  'orders/epoch=0/dt=2026-01-01/hour=00/0-00000000000000000000.ndjson.gz',
])('%s is no key of the archive', (key) => {
  expect(parseKey(key)).toBeUndefined();
});
