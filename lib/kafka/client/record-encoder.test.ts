import fc from 'fast-check';
import theirs from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { asKafkajsHeaders } from './kafkajs-headers.ts';
import { encodeRecord } from './record-encoder.ts';

/** Among them the lengths at which a varint gets longer by a byte. */
const length = fc.oneof(fc.constantFrom(0, 1, 63, 64, 8191, 8192), fc.integer({ min: 0, max: 9_000 }));
const bytes = fc.oneof(
  length.map((size) => Buffer.alloc(size, 7)),
  fc.uint8Array().map((own) => Buffer.from(own)),
);
const text = fc.string({ unit: 'binary' });
const field = fc.option(fc.oneof(bytes, text));
const ordered = fc.array(fc.record({ name: text, value: field }), { maxLength: 20 }).map(asKafkajsHeaders);
const plain = fc.dictionary(text, fc.oneof(bytes, text, fc.array(bytes, { maxLength: 3 })), { maxKeys: 5 });
const record = fc.record({
  key: field,
  value: field,
  headers: fc.oneof(ordered, plain),
  offsetDelta: fc.oneof(fc.constantFrom(0, 63, 64, 9_999), fc.nat({ max: 100_000 })),
  timestampDelta: fc.oneof(fc.constantFrom(0, -1, 63, 64, 2 ** 31, 2 ** 40, -(2 ** 40)), fc.integer()),
});

test('a record has the same bytes as by the encoder of kafkajs', () => {
  fc.assert(
    fc.property(record, (own) => {
      const expected = theirs(own as Parameters<typeof theirs>[0]).buffer;
      expect(encodeRecord(own).buffer.toString('hex')).toBe(expected.toString('hex'));
    }),
    { numRuns: 300 },
  );
});
