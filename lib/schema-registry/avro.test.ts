import fc from 'fast-check';
import { avroDecoder, avroType } from './avro.ts';

const record = (...fields: object[]): string => JSON.stringify({ type: 'record', name: 'R', fields });
const field = (name: string, type: unknown, more: object = {}): object => ({ name, type, ...more });
const decode = (writer: string, bytes: Buffer | number[], reader = writer): unknown =>
  avroDecoder(writer, avroType(reader))({ bytes: Buffer.from(bytes), start: 0 });
/** A long as Avro writes it. */
const long = (value: number): number[] => [...avroType('"long"').toBuffer(value)];

test('reads values of every type as avsc writes them', () => {
  const type = avroType(
    JSON.stringify({
      type: 'record',
      name: 'All',
      fields: [
        field('a', 'boolean'),
        field('b', 'int'),
        field('c', 'long'),
        field('d', 'float'),
        field('e', 'double'),
        field('f', 'bytes'),
        field('g', 'string'),
        field('h', { type: 'fixed', name: 'F', size: 3 }),
        field('i', { type: 'enum', name: 'E', symbols: ['A', 'B'] }),
        field('j', { type: 'array', items: 'long' }),
        field('k', { type: 'map', values: 'string' }),
        field('l', ['null', 'string']),
        field('m', ['null', 'All']),
      ],
    }),
  );
  const text = fc.string({ unit: 'grapheme' });
  const leaf = {
    a: fc.boolean(),
    b: fc.integer(),
    c: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
    d: fc.float({ noNaN: true }),
    e: fc.double({ noNaN: true }),
    f: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    g: text,
    h: fc.uint8Array({ minLength: 3, maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
    i: fc.constantFrom('A', 'B'),
    j: fc.array(fc.integer({ min: -(2 ** 52), max: 2 ** 52 })),
    k: fc.dictionary(fc.stringMatching(/^[a-z]+$/), text),
    l: fc.option(text),
  };
  const nested = fc.record({ ...leaf, m: fc.option(fc.record({ ...leaf, m: fc.constant(null) })) });

  fc.assert(
    fc.property(nested, (value) => {
      const decoded = decode(JSON.stringify(type.schema()), type.toBuffer(value));

      expect(type.toBuffer(decoded)).toEqual(type.toBuffer(value));
    }),
  );
});

test('any bytes give a value or one of our codes', () => {
  const schema = record(
    field('a', { type: 'array', items: 'null' }),
    field('b', { type: 'map', values: ['null', 'string'] }),
    field('c', 'string'),
  );
  const decoder = avroDecoder(schema, avroType(record(field('c', 'string'))));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
      try {
        decoder({ bytes: Buffer.from(data), start: 0 });
      } catch (error) {
        expect((error as { code: string }).code).toMatch(/^(TRUNCATED_AVRO|TRAILING_BYTES|NOT_AVRO)$/);
      }
    }),
    { numRuns: 2_000 },
  );
});

describe('a field that may be null in the writer’s schema, but not in the reader’s', () => {
  const reader = record(field('a', 'string', { default: 'none' }), field('b', 'long'), field('c', ['null', 'string']));
  const writer = record(field('b', ['long', 'null']), field('a', ['null', 'string']), field('c', ['string', 'null']));

  test('is decoded, and a null stays null', () => {
    const bytes = (value: object) => avroType(writer).toBuffer(value);

    expect(decode(writer, bytes({ a: 'x', b: 1, c: 'y' }), reader)).toEqual({ a: 'x', b: 1, c: 'y' });
    expect(decode(writer, bytes({ a: null, b: null, c: null }), reader)).toEqual({ a: null, b: null, c: null });
  });

  test('may be missing in the writer’s schema: it then has its default, not null', () => {
    const less = record(field('b', ['null', 'long']));
    const value = decode(
      less,
      avroType(less).toBuffer({ b: 7 }),
      record(field('a', 'string', { default: 'none' }), field('b', 'long')),
    );

    expect(value).toEqual({ a: 'none', b: 7 });
  });
});

const TEXT = record(field('text', 'string'));
const LIST = record(field('list', { type: 'array', items: 'string' }));
const NULLS = record(field('list', { type: 'array', items: 'null' }));
const MAP = record(field('map', { type: 'map', values: 'string' }));
/** Records that each hold the next one twice, `depth` levels deep, and nothing else. */
const doubling = (depth: number): string => {
  const inner = depth === 0 ? 'null' : JSON.parse(doubling(depth - 1));
  const fields = [field('a', inner), field('b', depth === 0 ? 'null' : `R${depth - 1}`)];
  return JSON.stringify({ type: 'record', name: `R${depth}`, fields });
};
const NESTED = JSON.stringify({ type: 'record', name: 'N', fields: [field('next', ['N', 'null'])] });

test.each<[what: string, schema: string, bytes: number[], code: string]>([
  ['truncated in a string', TEXT, [...long(4), 0x61], 'TRUNCATED_AVRO'],
  ['truncated in a number', record(field('n', 'long')), [0x80], 'TRUNCATED_AVRO'],
  ['no bytes', TEXT, [], 'TRUNCATED_AVRO'],
  ['extra bytes at the end', TEXT, [...long(1), 0x61, 0x62], 'TRAILING_BYTES'],
  ['a string of a negative length', TEXT, long(-1), 'NOT_AVRO'],
  ['a string of 2^50 bytes', TEXT, long(2 ** 50), 'TRUNCATED_AVRO'],
  ['a number of 11 bytes', TEXT, Array.from({ length: 11 }, () => 0xff), 'NOT_AVRO'],
  ['a union without that branch', record(field('u', ['null', 'string'])), long(2), 'NOT_AVRO'],
  ['a negative branch of a union', record(field('u', ['null', 'string'])), long(-1), 'NOT_AVRO'],
  ['an enum without that symbol', record(field('e', { type: 'enum', name: 'E', symbols: ['A'] })), long(1), 'NOT_AVRO'],
  ['a long over 64 bits', record(field('n', 'long')), [...Array.from({ length: 9 }, () => 0xff), 1], 'NOT_AVRO'],
  // avsc would go back by the size, again and again.
  ['a block of a negative size', LIST, [...long(-1), ...long(-3), ...long(0), ...long(0)], 'NOT_AVRO'],
  ['a block of another size than stated', LIST, [...long(-1), ...long(9), ...long(1), 0x61, ...long(0)], 'NOT_AVRO'],
  ['2^40 nulls', NULLS, [...long(2 ** 40), ...long(0)], 'NOT_AVRO'],
  ['2^40 nulls in a block with a size', NULLS, [...long(-(2 ** 40)), ...long(0), ...long(0)], 'NOT_AVRO'],
  ['2^40 entries of a map', MAP, [...long(2 ** 40), ...long(0)], 'NOT_AVRO'],
  ['2^40 records of no bytes', doubling(40), [], 'NOT_AVRO'],
  ['a million levels', NESTED, Array.from({ length: 60_000 }, () => 0), 'NOT_AVRO'],
])('refuses %s, quickly', (_, schema, bytes, code) => {
  const before = performance.now();

  expect(() => decode(schema, bytes)).toThrow(expect.objectContaining({ code, retriable: false }));
  expect(performance.now() - before).toBeLessThan(10_000);
});

test('reads a block with a negative count and the right size', () => {
  const bytes = [...long(-2), ...long(4), ...long(1), 0x61, ...long(1), 0x62, ...long(0)];

  expect(decode(LIST, bytes)).toEqual({ list: ['a', 'b'] });
});

test('invalid UTF-8 becomes U+FFFD', () => {
  expect(decode(TEXT, [...long(3), 0x61, 0xc3, 0x62])).toEqual({ text: 'a\ufffdb' });
});

describe("a writer's schema", () => {
  const reader = record(field('a', 'string'), field('b', ['null', 'long'], { default: null }));

  test('with other fields, another order and another namespace is resolved to the reader’s', () => {
    const writer = JSON.stringify({
      type: 'record',
      name: 'R',
      namespace: 'elsewhere',
      fields: [field('x', { type: 'array', items: 'string' }), field('a', 'string')],
    });

    expect(decode(writer, [...long(1), ...long(1), 0x78, ...long(0), ...long(1), 0x61], reader)).toEqual({
      a: 'a',
      b: null,
    });
  });

  /**
   * A schema with a default that some registries accept. `text` is the default's JSON; it may hold numbers that
   * JavaScript can't.
   */
  const withDefault = (type: unknown, text: string) =>
    '{"type":"record","name":"R","fields":[{"name":"a","type":"string"},' +
    `{"name":"x","type":${JSON.stringify(type)},"default":${text}}]}`;
  const A_THEN = [...long(1), 0x61];

  test.each([
    ['for the second branch of a union', ['null', 'string'], '"none"', [...long(1), ...long(1), 0x78]],
    ['null for a union that starts otherwise', ['string', 'null'], 'null', long(1)],
    ['of another type', 'long', '"seven"', long(7)],
    ['that is a long beyond 2^53', 'long', '9223372036854775807', long(7)],
    [
      'that lacks a field of the record',
      { type: 'record', name: 'I', fields: [{ name: 'n', type: 'int' }] },
      '{}',
      long(7),
    ],
    [
      'within a record',
      { type: 'record', name: 'I', fields: [{ name: 'n', type: 'int', default: 'x' }] },
      '{}',
      long(7),
    ],
    ['that is not a symbol of the enum', { type: 'enum', name: 'E', symbols: ['A'], default: 'B' }, '"C"', long(0)],
    ['in an array', { type: 'array', items: { type: 'enum', name: 'E', symbols: ['A'], default: 'B' } }, '7', long(0)],
  ])('with a default %s is accepted: a writer’s defaults are never used', (_, type, text, bytes) => {
    expect(decode(withDefault(type, text), [...A_THEN, ...bytes], reader)).toEqual({ a: 'a', b: null });
  });

  const inNamespace = (namespace: string, more: object[] = []) =>
    JSON.stringify({
      type: 'record',
      name: 'R',
      namespace,
      aliases: [`${namespace}.Old`],
      fields: [field('a', 'string', { aliases: ['an-other'] }), ...more],
    });

  test.each(['com.my-company.logins', 'com.2fa.logins', 'com..logins', 'org.überall', 'valid.one', ''])(
    'with the namespace "%s" is accepted',
    (namespace) => {
      const device = { type: 'record', name: 'Device', fields: [field('n', 'int')] };
      const nested = [
        field('x', device),
        field('y', 'Device'),
        field('z', namespace ? `${namespace}.Device` : 'Device'),
      ];

      expect(decode(inNamespace(namespace, nested), [...A_THEN, ...long(1), ...long(2), ...long(3)], reader)).toEqual({
        a: 'a',
        b: null,
      });
    },
  );

  test('with two types of the same name in different invalid namespaces keeps them apart', () => {
    const writer = inNamespace('com.my-company', [
      field('x', { type: 'enum', name: 'com.2fa.E', symbols: ['A'] }),
      field('y', { type: 'record', name: 'E', fields: [field('n', 'string')] }),
      field('z', ['null', 'com.2fa.E']),
      field('w', 'E'),
    ]);
    const bytes = [...A_THEN, ...long(0), ...long(1), 0x78, ...long(1), ...long(0), ...long(1), 0x79];

    expect(decode(writer, bytes, reader)).toEqual({ a: 'a', b: null });
  });

  test('with its namespace in its name is accepted', () => {
    const writer = JSON.stringify({ type: 'record', name: 'com.my-company.R', fields: [field('a', 'string')] });

    expect(decode(writer, A_THEN, reader)).toEqual({ a: 'a', b: null });
  });

  test.each([
    ['that is not JSON', '{'],
    ['that is not a schema', '{"type":"nonsense"}'],
    ['of over 170,000 characters', ' '.repeat(170_000) + reader],
    ['without a field that needs a default', record(field('b', 'long'))],
    ['of another type', record(field('a', 'long'))],
    ['of another name', JSON.stringify({ type: 'record', name: 'Q', fields: [field('a', 'string')] })],
    ['that is not a record', '"string"'],
    // avsc would neither read nor skip a field with this name.
    [
      'with a field __proto__',
      `{"type":"record","name":"R","fields":[{"name":"__proto__","type":"string"},{"name":"a","type":"string"}]}`,
    ],
    [
      'with a nested field toString',
      record(
        field('a', 'string'),
        field('n', { type: 'array', items: { type: 'record', name: 'I', fields: [field('toString', 'string')] } }),
      ),
    ],
    ['with 5,000 levels of nesting', `${'{"type":"array","items":'.repeat(5_000)}"null"${'}'.repeat(5_000)}`],
  ])('%s is refused', (_, writer) => {
    expect(() => avroDecoder(writer, avroType(reader))).toThrow(
      expect.objectContaining({ code: 'INCOMPATIBLE_SCHEMA', retriable: false }),
    );
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });
});
