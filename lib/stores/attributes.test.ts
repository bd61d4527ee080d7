import { attribute, item, itemBytes } from './attributes.ts';

test('JSON values become attributes, without undefined ones', () => {
  const nested = {
    text: '',
    flag: false,
    none: null,
    gone: undefined,
    list: [1, 'a'],
    map: { bytes: Buffer.from([1]) },
  };

  expect(item(nested)).toEqual({
    text: { S: '' },
    flag: { BOOL: false },
    none: { NULL: true },
    list: { L: [{ N: '1' }, { S: 'a' }] },
    map: { M: { bytes: { B: Buffer.from([1]) } } },
  });
});

test('a key `__proto__` becomes an attribute like any other', () => {
  expect(Object.keys(item(JSON.parse('{"__proto__":{"a":1}}')))).toEqual(['__proto__']);
});

test.each([
  [-0, '0'],
  [0.1 + 0.2, '0.30000000000000004'],
  [1.5e21, '1.5e21'],
  [-1e-130, '-1e-130'],
])('the number %d is written as %s', (number, text) => {
  expect(attribute(number)).toEqual({ N: text });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 1e126, -1e-131, Number.MIN_VALUE])(
  'the number %d, which DynamoDB does not hold, is a permanent failure',
  (number) => {
    expect(() => attribute(number)).toThrow(expect.objectContaining({ code: 'NUMBER_RANGE', retriable: false }));
  },
);

test('the size of an item is the size of its names and values in UTF-8', () => {
  expect(itemBytes(item({ é: 'ab', b: Buffer.alloc(10), n: 1 }))).toBe(2 + 2 + 1 + 10 + 1 + 21);
});
