import fc from 'fast-check';
import { bytesInRequest, chunksOf } from './chunks.ts';

test('chunks keep every row in its order, and none is over the limit or empty', () => {
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

test('a row is measured as the request holds it: a string within JSON', () => {
  expect(bytesInRequest('{"a":"é"}')).toBe('"{\\"a\\":\\"'.length + 2 + '\\"}"'.length);
});
