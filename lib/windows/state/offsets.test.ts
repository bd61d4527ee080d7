import fc from 'fast-check';
import { ByteReader, ByteWriter } from './bytes.ts';
import { OffsetSet } from './offsets.ts';

function pack(set: OffsetSet): Buffer {
  const writer = new ByteWriter(1);
  set.write(writer, new ByteWriter(1));
  return writer.take();
}

function setOf(offsets: Iterable<number>): OffsetSet {
  const set = new OffsetSet();
  for (const offset of offsets) set.add(offset);
  return set;
}

/** Offsets close together, far apart, near the end of a chunk, and up to the largest exact integer. */
const offsets = fc.array(
  fc.oneof(
    fc.nat(300),
    fc.integer({ min: 8_100, max: 8_300 }),
    fc.nat(1e6),
    fc.integer({ min: 2 ** 52, max: 2 ** 53 - 1 }),
  ),
);

test('behaves like a set, also after it was written and read several times', () => {
  fc.assert(
    fc.property(fc.array(offsets, { minLength: 1, maxLength: 4 }), (rounds) => {
      const model = new Set<number>();
      let set = new OffsetSet();
      for (const round of rounds) {
        for (const offset of round) {
          expect(set.add(offset)).toBe(!model.has(offset));
          model.add(offset);
        }
        const packed = pack(set);
        expect(pack(set)).toEqual(packed);
        const reader = new ByteReader(packed);
        set = OffsetSet.read(reader);
        expect(reader.done).toBe(true);
        for (const near of [...model].flatMap((offset) => [offset, offset + 1])) {
          expect(set.has(near)).toBe(model.has(near));
        }
      }
    }),
  );
});

const upTo = (end: number, every: number) => Array.from({ length: Math.ceil(end / every) }, (_, i) => i * every);

test.each([
  ['consecutive offsets', upTo(200_000, 1), 2_000],
  ['every third offset', upTo(200_000, 3), 26_000],
  ['every thirtieth offset', upTo(200_000, 30), 7_000],
  ['offsets far apart', upTo(1e9, 1e6), 7_000],
])('packs %s into few bytes', (_, all, bytes) => {
  expect(pack(setOf(all)).length).toBeLessThan(bytes);
});

test('refuses bytes that are cut or of another kind', () => {
  const packed = pack(setOf(upTo(20_000, 3)));
  expect(() => OffsetSet.read(new ByteReader(packed.subarray(0, -1)))).toThrow(RangeError);
  expect(() => OffsetSet.read(new ByteReader(Uint8Array.of(1, 0, 9)))).toThrow('unknown kind 9');
  const lying = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0);
  expect(() => OffsetSet.read(new ByteReader(lying))).toThrow('cut or of another format');
  const beyond = OffsetSet.read(new ByteReader(Uint8Array.of(1, 0, 2, 1, 0x80, 0x40)));
  expect(() => beyond.has(0)).toThrow('beyond its chunk');
});
