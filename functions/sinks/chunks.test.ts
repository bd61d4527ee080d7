import fc from 'fast-check';
import { chunksOf } from './chunks.ts';

test('chunks keep every row in its order; no chunk is empty or over the limit', () => {
  const limit = 100;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: limit })), (sizes) => {
      const chunks = chunksOf(
        sizes.map((bytes, at) => ({ bytes, at })),
        limit,
      );

      expect(chunks.flat().map(({ at }) => at)).toEqual(sizes.map((_, at) => at));
      for (const chunk of chunks) {
        expect(chunk.length).toBeGreaterThan(0);
        expect(chunk.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(limit);
      }
    }),
  );
});

test('a row over the limit is a chunk by itself', () => {
  const rows = [{ bytes: 1 }, { bytes: 11 }, { bytes: 1 }];

  expect(chunksOf(rows, 10)).toEqual(rows.map((row) => [row]));
});
