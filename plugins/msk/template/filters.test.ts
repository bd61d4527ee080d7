import fc from 'fast-check';
import { valueFilter } from './filters.ts';

const filter = (...patterns: unknown[]) =>
  valueFilter({ Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })) });
const passes = (pattern: unknown, value: string | Buffer | null) =>
  filter(pattern)?.(value === null ? null : Buffer.from(value));

describe('valueFilter', () => {
  test('AWS’s example of JSON: device_ID begins with AB', () => {
    const pattern = { value: { device_ID: [{ prefix: 'AB' }] } };
    const message = (device_ID: string) =>
      JSON.stringify({ device_ID, session: { start_time: 'yyyy-mm-ddThh:mm:ss', duration: 162 } });

    expect([passes(pattern, message('AB1234')), passes(pattern, message('CD1234'))]).toEqual([true, false]);
  });

  test('AWS’s example of plain strings: anything but error', () => {
    const pattern = { value: [{ 'anything-but': ['error'] }] };

    expect([passes(pattern, 'Hello, this is a test.'), passes(pattern, 'error')]).toEqual([true, false]);
  });

  const plain = { value: [{ prefix: 'Order' }] };
  const json = { value: { kind: ['Event'] } };
  const latin1 = Buffer.from('Größe', 'latin1');
  /** AWS's table of formats: if pattern and value differ in format, AWS filters on metadata, and Kafka has none. */
  test.each([
    ['plain string', 'plain string that matches', plain, 'OrderNumber', true],
    ['plain string', 'plain string that does not', plain, 'Invoice', false],
    ['JSON', 'plain string', json, 'OrderNumber', true],
    ['plain string', 'JSON', plain, '{"kind":"Other"}', true],
    ['JSON', 'JSON that matches', json, ' {"kind":"Event"}', true],
    ['JSON', 'JSON that does not', json, '{"kind":"Other"}', false],
    ['JSON', 'an array with one that matches', json, '[{"kind":"Other"},{"kind":"Event"}]', true],
    ['JSON', 'broken JSON', json, '{"kind":', true],
    ['JSON', 'not UTF-8', json, latin1, true],
    ['plain string', 'not UTF-8', plain, latin1, true],
    ['JSON', 'null', json, null, true],
    ['plain string', 'null', plain, null, true],
    ['plain string', 'a number', { value: ['100'] }, '100', true],
    ['plain string', 'nothing', { value: [''] }, '', true],
  ])('pattern for %s, value: %s', (_format, _value, pattern, value, expected) => {
    expect(passes(pattern, value)).toBe(expected);
  });

  test('filters are ORed', () => {
    const either = filter({ value: { code: [{ numeric: ['>=', 300] }] } }, { value: { RBAC: [true] } });

    expect(['{"code":300}', '{"RBAC":true}', '{"code":1}'].map((value) => either?.(Buffer.from(value)))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('$or of values', () => {
    const pattern = { $or: [{ value: { a: [1] } }, { value: { b: [2] } }] };

    expect([passes(pattern, '{"b":2}'), passes(pattern, '{"b":1}')]).toEqual([true, false]);
  });

  test('returns undefined without filters', () => {
    expect([valueFilter({}), valueFilter({ Filters: [] })]).toEqual([undefined, undefined]);
  });

  test('if a key occurs twice, the last one counts', () => {
    const twice = valueFilter({ Filters: [{ Pattern: '{"value":{"a":["hello"],"a":["world"]}}' }] });

    expect([twice?.(Buffer.from('{"a":"world"}')), twice?.(Buffer.from('{"a":"hello"}'))]).toEqual([true, false]);
  });

  const long = (characters: number) => ({ value: ['x'.repeat(characters - '{"value":[""]}'.length)] });

  test('accepts ten filters, and a pattern of 4096 characters', () => {
    expect(filter(...Array.from({ length: 10 }, () => long(4096)))).toBeInstanceOf(Function);
  });

  test.each([
    [Array.from({ length: 11 }, () => plain), 'FilterCriteria has 11 filters, more than 10'],
    [[plain, long(4097)], 'pattern 2: it has 4097 characters, more than 4096'],
    [[{ topic: ['t'] }], 'pattern 1: Kafka records are filtered on "value" only, not on "topic"'],
    [[{ ...plain, key: ['k'] }], 'not on "key"'],
    [[{}], 'pattern 1: the pattern must be an object'],
    [[{ value: { a: [{ near: 1 }] } }], 'pattern 1: value.a: operator "near"'],
  ])('says what is wrong: %#', (patterns, message) => {
    expect(() => filter(...patterns)).toThrow(message);
  });

  test.each([
    ['{"value":', 'pattern 1: '],
    [undefined, 'pattern 1: Pattern must be a JSON string'],
  ])('says what is wrong in %j', (Pattern, message) => {
    expect(() => valueFilter({ Filters: [Pattern === undefined ? {} : { Pattern }] })).toThrow(message);
  });

  test('never throws, and accepts values of another format', () => {
    const filters = filter(json);
    fc.assert(fc.property(fc.uint8Array(), (bytes) => typeof filters?.(Buffer.from(bytes)) === 'boolean'));
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/^\s*[[{]/.test(text)),
        (text) => filters?.(Buffer.from(text)),
      ),
    );
  });
});
