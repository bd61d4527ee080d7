import fc from 'fast-check';
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
import { asKafkajsHeaders } from './client/kafkajs-headers.ts';
import type { Header, ProducedHeader } from './headers.ts';
import { batchBytes, messageBytes, splitByBytes } from './message.ts';

const message = (bytes: number) => ({ key: null, value: Buffer.alloc(bytes), headers: [] as Header[] });

/** Among them the lengths at which a varint gets longer by a byte. */
const length = fc.oneof(fc.constantFrom(0, 1, 63, 64, 8191, 8192), fc.integer({ min: 0, max: 9_000 }));
const bytes = fc.option(length.map((size) => Buffer.alloc(size)));
const name = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('1', '2', '', '__proto__', 'map', 'a'.repeat(64), 'é'.repeat(32)),
);
const header = fc.record({ name, value: bytes });
const text = fc.record({ name, value: fc.string({ unit: 'binary' }) });
const produced = fc.array(fc.oneof(header, text), { maxLength: 70 });
const content = fc.record({ key: bytes, value: bytes, headers: produced });

interface Content {
  key: Buffer | null;
  value: Buffer | null;
  headers: ProducedHeader[];
}

/** The bytes that kafkajs writes for a message at that place of a batch. */
const encoded = ({ headers, ...own }: Content, place = 0) =>
  encodeRecord({ ...own, headers: asKafkajsHeaders(headers), offsetDelta: place, timestampDelta: 0 }).buffer;

describe('messageBytes', () => {
  test('is the exact size of the encoded record', () => {
    fc.assert(
      fc.property(content, fc.constantFrom(0, 63, 64, 9_999), (own, place) => {
        expect(messageBytes(own, place)).toBe(encoded(own, place).length);
      }),
      { numRuns: 50 },
    );
  });
});

describe('headers', () => {
  test('a text is written as UTF-8', () => {
    fc.assert(
      fc.property(text, ({ name: own, value }) => {
        const asText = encoded({ key: null, value: null, headers: [{ name: own, value }] });
        expect(asText).toEqual(
          encoded({ key: null, value: null, headers: [{ name: own, value: Buffer.from(value) }] }),
        );
      }),
    );
  });

  test('keep their order, also with repeated names and names like numbers, and null stays null', () => {
    fc.assert(
      fc.property(fc.array(header, { maxLength: 70 }), (headers) => {
        const record = encoded({ key: null, value: null, headers });
        expect(record.subarray(record.length - bytesOf(headers).length)).toEqual(bytesOf(headers));
      }),
      { numRuns: 50 },
    );
  });

  test.each([['b=1 2=two 1=one b=3'], ['10=a 9=b 10=c'], ['z=1 a=2 z=3 a=4']])('%s keep their order', (text) => {
    const headers = text.split(' ').map((one) => {
      const [own = '', value = ''] = one.split('=');
      return { name: own, value: Buffer.from(value) };
    });
    expect(encoded({ key: null, value: null, headers }).includes(bytesOf(headers))).toBe(true);
  });

  test('with one name take linear time, not quadratic', () => {
    const best = (count: number) => {
      const headers = Array.from({ length: count }, (): Header => ({ name: 'a', value: Buffer.alloc(0) }));
      const times = Array.from({ length: 3 }, () => {
        const began = performance.now();
        encoded({ key: null, value: null, headers });
        return performance.now() - began;
      });
      return Math.min(...times);
    };
    best(5_000);

    // The ratio is 16 if the time is linear, and 256 if it is quadratic: a busy machine can't confuse the two.
    expect(best(80_000) / best(5_000)).toBeLessThan(64);
  });
});

/** Headers as the record format defines them: each a name and a value, with their lengths before them. */
function bytesOf(headers: readonly Header[]): Buffer {
  const field = (data: Buffer | null) => [varint(data?.length ?? -1), data ?? Buffer.alloc(0)];
  return Buffer.concat(headers.flatMap((own) => [...field(Buffer.from(own.name)), ...field(own.value)]));
}

function varint(value: number): Buffer {
  const out: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  for (; rest > 0x7f; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  return Buffer.from([...out, rest]);
}

describe('splitByBytes', () => {
  test('keeps all messages in order, and each chunk fits unless it is a single message', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 500 })), fc.integer({ min: 100, max: 1_000 }), (sizes, limit) => {
        const messages = sizes.map(message);
        const chunks = splitByBytes(messages, limit);
        expect(chunks.flat()).toEqual(messages);
        for (const chunk of chunks) {
          const size = chunk.reduce((sum, each, place) => sum + messageBytes(each, place), 61);
          expect(size <= limit || chunk.length === 1).toBe(true);
        }
      }),
    );
  });

  test('puts at most 20,000 headers in a chunk', () => {
    const headers = Array.from({ length: 1_000 }, (): Header => ({ name: 'a', value: null }));
    const messages = Array.from({ length: 45 }, () => ({ ...message(1), headers }));
    expect(splitByBytes(messages, 10_000_000).map((chunk) => chunk.length)).toEqual([20, 20, 5]);
  });

  test('makes as few chunks as possible', () => {
    const [one, two] = [batchBytes(message(100)), batchBytes(message(100)) + messageBytes(message(100))];
    expect(splitByBytes([message(100), message(100), message(100)], two)).toHaveLength(2);
    expect(splitByBytes([message(100), message(100), message(100)], two - 1)).toHaveLength(3);
    expect(splitByBytes([message(100)], one)).toHaveLength(1);
  });
});
