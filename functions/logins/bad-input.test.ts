import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { KAFKA_TIME, type TestRecord } from '#test/support/msk-event.ts';
import { AWAY, confluent, glue, LOGIN, PROCESSED, payload, processedType, run } from './logins.fixture.ts';

const json = JSON.stringify(LOGIN);
/** Our payload with other bytes in place of its timestamp and device_type. */
const ends = (bytes: number[]): Buffer => Buffer.concat([payload().subarray(0, -13), Buffer.from(bytes)]);
/** Our payload, with its timestamp in more bytes than it needs. */
const padded = (bytes: number): Buffer => {
  const [timestamp, rest] = [payload().subarray(-13, -8), payload().subarray(-8)];
  const more = Buffer.concat([timestamp.map((byte) => byte | 0x80), Buffer.alloc(bytes - 6, 0x80), Buffer.from([0])]);
  return Buffer.concat([payload().subarray(0, -13), more, rest]);
};
/** Our payload with other bytes in place of the three bytes of user_id. */
const notUtf8 = (bytes: number[]): Buffer =>
  Buffer.concat([payload().subarray(0, 2), Buffer.from(bytes), payload().subarray(5)]);
const without = (...fields: (keyof typeof LOGIN)[]): object =>
  Object.fromEntries(Object.entries(LOGIN).filter(([field]) => !fields.includes(field as never)));
const compressed = (byte: number): Buffer => {
  const value = glue();
  value[1] = byte;
  return value;
};
const bomb = Buffer.concat([compressed(5).subarray(0, 18), deflateSync(Buffer.alloc(10 * 1024 * 1024))]);

/** docs/schemas.md has this table. */
const BAD: [what: string, value: TestRecord['value'], code: string][] = [
  ['no value', null, 'NULL_VALUE'],
  ['an empty value', '', 'NOT_JSON'],
  ['a value of over 64 KiB', Buffer.alloc(65_537, 0x20), 'TOO_LARGE'],
  ['a framed value of over 64 KiB', confluent(Buffer.alloc(65_532)), 'TOO_LARGE'],
  ['invalid UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'NOT_UTF8'],
  ['text that is not JSON', '{"user_id":', 'NOT_JSON'],
  ['Avro without framing', payload().subarray(1), 'NOT_UTF8'],
  ['JSON that is not an object', '[1]', 'NOT_AN_OBJECT'],
  ['Confluent, cut in its header', Buffer.from([0, 0, 0]), 'TRUNCATED_FRAME'],
  ['Glue, cut in its header', glue().subarray(0, 10), 'TRUNCATED_FRAME'],
  ['compression byte 7', compressed(7), 'UNKNOWN_COMPRESSION'],
  ['bytes that are not zlib', compressed(5), 'CORRUPT_COMPRESSION'],
  ['10 MB inflated from 10 KB', bomb, 'TOO_LARGE_INFLATED'],
  ['an unknown schema id', confluent(payload(), 4711), 'UNKNOWN_SCHEMA'],
  ['an unknown UUID', Buffer.concat([Buffer.from([3, 0]), Buffer.alloc(16, 0xee), payload()]), 'UNKNOWN_SCHEMA'],
  ['truncated Avro', confluent(payload().subarray(0, -1)), 'TRUNCATED_AVRO'],
  ['no Avro at all', confluent(Buffer.alloc(0)), 'TRUNCATED_AVRO'],
  ['trailing bytes', glue(Buffer.concat([payload(), Buffer.from('x')]), true), 'TRAILING_BYTES'],
  ['a negative length', confluent(Buffer.from([2, 1])), 'NOT_AVRO'],
  ['a union branch of 123', confluent(Buffer.from([246, 1])), 'NOT_AVRO'],
  ['a lone surrogate in Avro', confluent(notUtf8([0xed, 0xa0, 0x80])), 'SCHEMA'],
  ['a cut UTF-8 sequence in Avro', confluent(notUtf8([0x61, 0x61, 0xc3])), 'SCHEMA'],
  ['a lone surrogate in JSON', json.replace('123', '\\ud800'), 'SCHEMA'],
  ['U+0000 in user_id', { ...LOGIN, user_id: 'a\u0000' }, 'SCHEMA'],
  ['U+0085 in device_id', { ...LOGIN, device_id: 'é\u0085' }, 'SCHEMA'],
  ['a user_id of 129 characters', { ...LOGIN, user_id: 'x'.repeat(129) }, 'SCHEMA'],
  ['a user_id with a device’s prefix', { ...LOGIN, user_id: 'device:x' }, 'SCHEMA'],
  ['a user_id that is a number', { ...LOGIN, user_id: 123 }, 'SCHEMA'],
  ['an ip of five numbers', { ...LOGIN, ip: '1.2.3.4.5' }, 'SCHEMA'],
  ['a zone without an address', { ...LOGIN, ip: '%wlan0' }, 'SCHEMA'],
  ['a host with a port as ip', { ...LOGIN, ip: 'example.com:443' }, 'SCHEMA'],
  ['a host as ip', { ...LOGIN, ip: 'example.com' }, 'SCHEMA'],
  ['no timestamp', without('timestamp'), 'SCHEMA'],
  ['timestamp as a string of digits', { ...LOGIN, timestamp: '1742331926' }, 'SCHEMA'],
  ['timestamp with a fraction', { ...LOGIN, timestamp: 1742331926.5 }, 'SCHEMA'],
  ['timestamp before 1970', { ...LOGIN, timestamp: -1 }, 'SCHEMA'],
  ['timestamp of 1e400', json.replace('1742331926', '1e400'), 'SCHEMA'],
  ['timestamp of 2^62 in Avro', confluent(ends([...Array.from({ length: 8 }, () => 0x80), 0x80, 1, 0])), 'NOT_AVRO'],
  ['a number of 11 bytes in Avro', confluent(padded(11)), 'NOT_AVRO'],
  ['fields only within __proto__', `{"__proto__":${json}}`, 'SCHEMA'],
  ['neither user_id nor device_id', without('user_id', 'device_id'), 'NO_IDENTITY'],
  ['a clock ahead by more than 5 min', { ...LOGIN, timestamp: KAFKA_TIME + 300_001 }, 'FUTURE_TIMESTAMP'],
];

test.each(BAD)('%s is a permanent error, and the rest of the batch is processed', async (_, value, code) => {
  const { values, codes } = await run([{ value }, { value: LOGIN }]);

  expect(codes).toEqual([[0, code]]);
  expect(values).toEqual([PROCESSED]);
});

test('a number that takes 10 bytes in Avro is valid, even a small one', async () => {
  expect(await run([{ value: confluent(padded(10)) }])).toMatchObject({ codes: [], values: [PROCESSED] });
});

test('a clock that is 5 min ahead is accepted', async () => {
  expect((await run([{ value: { ...LOGIN, timestamp: KAFKA_TIME + 300_000 } }])).codes).toEqual([]);
});

test('prototypes stay unchanged, and unknown fields are dropped', async () => {
  const { values, codes } = await run([
    { value: json.replace('{', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"extra":1,') },
  ]);

  expect([codes, values]).toEqual([[], [PROCESSED]]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test('a message names the field, never its value', async () => {
  const { messages } = await run([
    { value: { ...LOGIN, ip: 'my home', locale: 'tell nobody', device_id: '\u0001secret' } },
    { value: confluent(Buffer.from('secret'), 4711) },
    { value: { ...LOGIN, timestamp: 'secret' } },
  ]);

  expect(messages).toEqual([
    'ip: an IPv4 or IPv6 address, with a zone or a port or without; ' +
      'device_id: 1 to 128 characters, no control characters, whole UTF-8',
    'schema 4711: the registry has none of this id',
    'timestamp: an integer, seconds, milliseconds or finer since the epoch, as a number',
  ]);
});

test('if the registry is unavailable, that record and all after it in its partition come again, and no others', async () => {
  const { sent, codes } = await run([
    { partition: 0, value: LOGIN },
    { partition: 0, value: confluent(payload(), AWAY) },
    { partition: 0, value: LOGIN },
    { partition: 1, offset: 9, value: glue() },
  ]);

  expect(codes).toEqual([[1, 'SCHEMA_REGISTRY']]);
  expect(sent.map(({ headers }) => String(headers[0]?.value))).toEqual(['user-login-0-0', 'user-login-1-9']);
});

test('500 bombs in a batch cost no more memory than one', async () => {
  const records = Array.from({ length: 500 }, () => ({ value: bomb }));
  const before = process.memoryUsage().rss;

  const { codes } = await run(records);

  expect(new Set(codes.map(([, code]) => code))).toEqual(new Set(['TOO_LARGE_INFLATED']));
  // Inflated whole, they would be 5 GB; the batch itself is 5 MB, in base64 and decoded.
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
});

test('any bytes are either a login that fits the processed schema, or a permanent failure', async () => {
  const field = fc.oneof(fc.constantFrom(...Object.values(LOGIN)), fc.anything());
  const login = fc.record(Object.fromEntries(Object.keys(LOGIN).map((name) => [name, field])), { requiredKeys: [] });
  const value = fc.oneof(
    login.map((given) => Buffer.from(JSON.stringify(given) ?? '')),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => confluent(Buffer.from(bytes))),
    fc.tuple(fc.nat(200), fc.nat(255)).map(([at, byte]) => {
      const changed = glue(payload(), byte % 2 === 0);
      changed[at % changed.length] = byte;
      return changed;
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 5 }), async (given) => {
      const { values, codes } = await run(given.map((bytes) => ({ value: bytes })));

      expect(values.length + codes.length).toBe(given.length);
      for (const processed of values) expect(processedType.isValid(processed)).toBe(true);
      for (const [, code] of codes) expect(code).not.toMatch(/UNEXPECTED|SCHEMA_REGISTRY/);
    }),
    { numRuns: 300 },
  );
});
