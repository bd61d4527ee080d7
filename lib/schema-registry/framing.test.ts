import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { frameConfluent, frameGlue, type Payload, readFrame } from './framing.ts';

const VERSION = '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9fa';
const LIMIT = 65_536;

const bytesOf = ({ bytes, start }: Payload): Buffer => bytes.subarray(start);
const payloadOf = (value: Buffer): Buffer =>
  bytesOf((readFrame(value) as NonNullable<ReturnType<typeof readFrame>>).payload(LIMIT));

test('any framed payload is read back', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 500 }),
      fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      fc.uuid(),
      (data, id, uuid) => {
        const payload = Buffer.from(data);

        expect(readFrame(frameConfluent(id, payload))).toMatchObject({ framing: 'confluent', schemaId: String(id) });
        expect(payloadOf(frameConfluent(id, payload))).toEqual(payload);
        for (const compress of [false, true]) {
          expect(readFrame(frameGlue(uuid, payload, compress))).toMatchObject({ framing: 'glue', schemaId: uuid });
          expect(payloadOf(frameGlue(uuid, payload, compress))).toEqual(payload);
        }
      },
    ),
  );
});

test('writes the headers of the wire formats', () => {
  expect(frameConfluent(258, Buffer.from('x')).toString('hex')).toBe('000000010278');
  expect(frameGlue(VERSION, Buffer.from('x')).toString('hex')).toBe(`0300${VERSION.replaceAll('-', '')}78`);
  expect(frameGlue(VERSION, Buffer.from('x'), true)[1]).toBe(5);
});

test('JSON text is never read as a frame', () => {
  fc.assert(
    fc.property(fc.constantFrom('', ' ', '\t', '\n', '\r', '\ufeff'), fc.json(), (space, json) => {
      expect(readFrame(Buffer.from(space + json))).toBeUndefined();
    }),
  );
  expect(readFrame(Buffer.alloc(0))).toBeUndefined();
});

describe('refuses bad input', () => {
  const header = (compression: number): Buffer => {
    const value = frameGlue(VERSION, Buffer.alloc(0));
    value[1] = compression;
    return value;
  };

  test.each([
    ['Confluent, cut in its header', Buffer.from([0, 0, 0, 1]), 'TRUNCATED_FRAME'],
    ['Glue, cut in its header', header(0).subarray(0, 17), 'TRUNCATED_FRAME'],
    ['Glue, only its first byte', Buffer.from([3]), 'TRUNCATED_FRAME'],
    ['compression byte 7', header(7), 'UNKNOWN_COMPRESSION'],
    ['zlib, but the payload is plain text', Buffer.concat([header(5), Buffer.from('plain')]), 'CORRUPT_COMPRESSION'],
    ['zlib, without a payload', header(5), 'CORRUPT_COMPRESSION'],
    ['zlib, cut', frameGlue(VERSION, Buffer.from('xyz'), true).subarray(0, -1), 'CORRUPT_COMPRESSION'],
    [
      'zlib, with a byte after its end',
      Buffer.concat([frameGlue(VERSION, Buffer.from('x'), true), Buffer.alloc(1)]),
      'CORRUPT_COMPRESSION',
    ],
  ])('%s: %p', (_, value, code) => {
    expect(() => payloadOf(value)).toThrow(expect.objectContaining({ code, retriable: false }));
  });

  test('10 KB that inflate to 10 MB, 200 times, in constant memory', () => {
    const bomb = Buffer.concat([header(5), deflateSync(Buffer.alloc(10 * 1024 * 1024))]);
    expect(bomb.length).toBeLessThan(11 * 1024);
    const before = process.memoryUsage().rss;

    for (let i = 0; i < 200; i += 1) {
      expect(() => payloadOf(bomb)).toThrow(expect.objectContaining({ code: 'TOO_LARGE_INFLATED' }));
    }

    // Together they would inflate to 2 GB.
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  test('a payload over the limit by a byte, but not one of exactly the limit', () => {
    expect(payloadOf(frameGlue(VERSION, Buffer.alloc(LIMIT), true))).toHaveLength(LIMIT);
    expect(() => payloadOf(frameGlue(VERSION, Buffer.alloc(LIMIT + 1), true))).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE_INFLATED' }),
    );
  });
});
