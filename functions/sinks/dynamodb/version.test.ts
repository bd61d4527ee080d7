import fc from 'fast-check';
import { versionOf } from './version.ts';

const place = fc.record({
  time: fc.integer({ min: 0, max: 253_402_300_799_999 }),
  partition: fc.nat(),
  offset: fc.maxSafeNat(),
});

test('versions compare as texts like their time, partition and offset as numbers', () => {
  fc.assert(
    fc.property(place, place, (a, b) => {
      const numbers = Math.sign(a.time - b.time || a.partition - b.partition || a.offset - b.offset);
      const [one, other] = [versionOf(a.time, a), versionOf(b.time, b)];

      expect(one < other ? -1 : Number(one > other)).toBe(numbers);
    }),
  );
});

test('times before 1970 and after the last date have a version', () => {
  const at = { partition: 0, offset: 0 };

  expect(versionOf(-5, at)).toBe('000000000000000-0000000000-00000000000000000000');
  expect(versionOf(9e18, at)).toBe('999999999999999-0000000000-00000000000000000000');
});
