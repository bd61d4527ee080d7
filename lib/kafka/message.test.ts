import fc from 'fast-check';
import { BATCH_OVERHEAD, messageBytes, splitByBytes } from './message.ts';

const message = (bytes: number) => ({ key: null, value: Buffer.alloc(bytes), headers: [] });

describe('splitByBytes', () => {
  test('keeps order, loses nothing, and each chunk fits unless it is one message alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 })), fc.integer({ min: 100, max: 1_000 }), (sizes, limit) => {
        const messages = sizes.map(message);
        const chunks = splitByBytes(messages, limit);
        expect(chunks.flat()).toEqual(messages);
        for (const chunk of chunks) {
          const bytes = chunk.reduce((sum, each) => sum + messageBytes(each), BATCH_OVERHEAD);
          expect(bytes <= limit || chunk.length === 1).toBe(true);
        }
      }),
    );
  });

  test('makes as few chunks as fit', () => {
    expect(splitByBytes([message(100), message(100), message(100)], BATCH_OVERHEAD + 2 * 132)).toHaveLength(2);
  });
});
