import { Reader, Writer } from '@platformatic/kafka';
import fc from 'fast-check';
import './long-deltas.ts';

test("the client's varints of 64 bits are read back, also those that 32 bits can't hold", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (value) => {
      expect(Reader.from(Writer.create().appendVarInt64(value).buffer).readVarInt64()).toBe(value);
    }),
    { examples: [[31_536_000_000n], [-1_790_000_000_000n], [2n ** 31n], [0n], [-1n]] },
  );
});
