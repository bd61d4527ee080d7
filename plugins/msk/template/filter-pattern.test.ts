import fc from 'fast-check';
import { eventPattern } from './filter-pattern.ts';

const matches = (pattern: unknown, event: unknown) => eventPattern(pattern)(event);

/**
 * AWS: "Comparison operators for use in event patterns in Amazon EventBridge", each row with an event that doesn't
 * match.
 */
const operators: [name: string, pattern: object, matching: object, other: object][] = [
  ['and', { Location: ['New York'], Day: ['Monday'] }, { Location: 'New York', Day: 'Monday' }, { Day: 'Monday' }],
  ['anything-but', { state: [{ 'anything-but': 'initializing' }] }, { state: 'running' }, { state: 'initializing' }],
  ['anything-but, list', { w: [{ 'anything-but': ['a', 'b'] }] }, { w: 'c' }, { w: 'b' }],
  ['anything-but, number', { 'x-limit': [{ 'anything-but': [100, 200] }] }, { 'x-limit': 101 }, { 'x-limit': 200 }],
  ['anything-but prefix', { R: [{ 'anything-but': { prefix: 'us-' } }] }, { R: 'eu-west-1' }, { R: 'us-east-1' }],
  ['anything-but suffix', { F: [{ 'anything-but': { suffix: '.png' } }] }, { F: 'a.txt' }, { F: 'a.png' }],
  ['anything-but suffixes', { F: [{ 'anything-but': { suffix: ['.png', '.jpg'] } }] }, { F: 'a.txt' }, { F: 'a.jpg' }],
  ['anything-but ignore case', { s: [{ 'anything-but': { 'equals-ignore-case': 'i' } }] }, { s: 'r' }, { s: 'I' }],
  ['anything-but wildcard', { F: [{ 'anything-but': { wildcard: '*/lib/*' } }] }, { F: 'a/bin/b' }, { F: 'a/lib/b' }],
  ['anything-but, absent field', { s: [{ 'anything-but': 'a' }] }, { s: null }, {}],
  ['begins with', { Region: [{ prefix: 'us-' }] }, { Region: 'us-east-1' }, { Region: 'eu-us-1' }],
  [
    'begins, any case',
    { service: [{ prefix: { 'equals-ignore-case': 'EventB' } }] },
    { service: 'eVENTbus' },
    { s: 1 },
  ],
  ['empty', { LastName: [''] }, { LastName: '' }, { LastName: null }],
  ['equals', { Name: ['Alice'] }, { Name: 'Alice' }, { Name: 'alice' }],
  ['equals, boolean', { on: [true] }, { on: true }, { on: 'true' }],
  ['equals, number', { n: [300] }, { n: 3e2 }, { n: '300' }],
  ['equals, any case', { Name: [{ 'equals-ignore-case': 'alice' }] }, { Name: 'ALICE' }, { Name: 'Alicia' }],
  ['ends with', { FileName: [{ suffix: '.png' }] }, { FileName: 'a.png' }, { FileName: 'a.png.txt' }],
  ['ends, any case', { service: [{ suffix: { 'equals-ignore-case': 'tBridge' } }] }, { service: 'EVENTBRIDGE' }, {}],
  ['exists', { ProductName: [{ exists: true }] }, { ProductName: null }, {}],
  ['exists, of a leaf only', { a: [{ exists: true }] }, { a: 1 }, { a: { b: 1 } }],
  ['does not exist', { ProductName: [{ exists: false }] }, { Other: 1 }, { ProductName: 'x' }],
  [
    'does not exist, in an absent object',
    { detail: { 'c-count': [{ exists: false }] } },
    {},
    { detail: { 'c-count': 1 } },
  ],
  ['does not exist, not a leaf', { c: [{ exists: false }] }, { c: { c1: 100 } }, { c: 100 }],
  ['does not exist or is', { c: [{ exists: false }, 5] }, { c: 5 }, { c: 6 }],
  ['null', { UserID: [null] }, { UserID: null }, { UserID: '' }],
  ['numeric, equal', { Price: [{ numeric: ['=', 100] }] }, { Price: 100 }, { Price: '100' }],
  ['numeric, range', { Price: [{ numeric: ['>', 10, '<=', 20] }] }, { Price: 20 }, { Price: 10 }],
  ['numeric, below', { Price: [{ numeric: ['<', 10] }] }, { Price: 9.999 }, { Price: 10 }],
  ['or', { PaymentType: ['Credit', 'Debit'] }, { PaymentType: 'Debit' }, { PaymentType: 'Cash' }],
  ['$or', { $or: [{ Location: ['New York'] }, { Day: ['Monday'] }] }, { Day: 'Monday' }, { Day: 'Friday' }],
  ['a field named $or', { $or: { a: [1] } }, { $or: { a: 1 } }, { a: 1 }],
  ['wildcard', { FileName: [{ wildcard: 'dir/*.png' }] }, { FileName: 'dir/a/b.png' }, { FileName: 'dir/a.jpg' }],
  ['wildcard, parts must not overlap', { F: [{ wildcard: 'ab*ba' }] }, { F: 'abba' }, { F: 'aba' }],
  ['wildcard, escaped', { F: [{ wildcard: 'a\\*\\\\*' }] }, { F: 'a*\\b' }, { F: 'ab\\b' }],
  ['cidr', { 'source-ip': [{ cidr: '10.0.0.0/24' }] }, { 'source-ip': '10.0.0.255' }, { 'source-ip': '10.0.1.0' }],
  ['cidr, IPv6', { ip: [{ cidr: '2001:db8::/32' }] }, { ip: '2001:db8:0::1' }, { ip: '10.0.0.1' }],
  ['nested', { detail: { state: ['on'] } }, { detail: { state: 'on', more: 1 } }, { detail: 'on' }],
  ['an array of the event', { resources: ['b', 'c'] }, { resources: ['a', ['b']] }, { resources: ['a'] }],
  [
    'an inherited property is not a field',
    { a: { constructor: [{ exists: false }] } },
    { a: {} },
    { a: { constructor: 1 } },
  ],
];

/** "JSON Array Matching" of aws/event-ruler. */
const employees = {
  employees: [
    [
      { firstName: 'John', lastName: 'Doe' },
      { firstName: 'Anna', lastName: 'Smith' },
    ],
    [{ firstName: 'Peter', lastName: 'Jones', middleName: 'X' }],
  ],
};

describe('eventPattern', () => {
  test.each(operators)('%s', (_, pattern, matching, other) => {
    expect([matches(pattern, matching), matches(pattern, other)]).toEqual([true, false]);
  });

  test.each([
    [{ firstName: ['Anna'] }, true],
    [{ firstName: ['Anna'], lastName: ['Smith'] }, true],
    [{ firstName: ['Anna'], lastName: ['Jones'] }, false],
    [{ middleName: [{ exists: false }] }, false],
    [{ nickName: [{ exists: false }] }, true],
  ])('one object of an array has all of %j: %p', (pattern, expected) => {
    expect(matches({ employees: pattern }, employees)).toBe(expected);
  });

  /** "And and Or relationship among fields" of aws/event-ruler. */
  test.each([
    [{ source: 's', scope: 'Service' }, true],
    [{ source: 's', metricType: 'M', namespace: 'N', spaceId: 1000 }, true],
    [{ source: 's', metricType: 'M', namespace: 'N', spaceId: 1 }, false],
    [{ scope: 'Service' }, false],
  ])('$or within $or, beside fields: %j', (event, expected) => {
    const inner = { metricType: ['M'], namespace: ['N'], $or: [{ metricId: [1234] }, { spaceId: [1000] }] };
    const pattern = { source: ['s'], $or: [{ metricName: ['C'] }, inner, { scope: ['Service'] }] };

    expect(matches(pattern, event)).toBe(expected);
  });

  test.each([
    [[], 'the pattern must be an object'],
    [{}, 'the pattern must be an object with at least one field'],
    [{ a: {} }, 'a must be an object with at least one field'],
    [{ a: 'x' }, 'a must be a list or an object, not string'],
    [{ a: { b: [] } }, 'a.b is an empty list'],
    [{ a: [['x']] }, 'a: a list in a list'],
    [{ a: [{ begins: 'x' }] }, 'a: operator "begins" is unknown: expected one of prefix, suffix'],
    [{ a: [{ constructor: 'x' }] }, 'a: operator "constructor" is unknown'],
    [{ a: [{ prefix: 'x', suffix: 'y' }] }, 'a: one operator per object'],
    [{ a: [{ prefix: 5 }] }, 'a: prefix takes a string, not 5'],
    [{ a: [{ prefix: { suffix: 'x' } }] }, 'a: prefix takes a string or { equals-ignore-case }'],
    [{ a: [{ 'anything-but': ['x', 1] }] }, 'a: anything-but takes strings or numbers'],
    [{ a: [{ 'anything-but': [] }] }, 'a: anything-but takes strings or numbers'],
    [{ a: [{ 'anything-but': null }] }, 'a: anything-but takes strings or numbers'],
    [{ a: [{ 'anything-but': { prefix: '' } }] }, 'a: anything-but prefix is empty'],
    [{ a: [{ 'anything-but': { numeric: ['=', 1] } }] }, 'a: operator "numeric" is unknown: expected one of prefix'],
    [{ a: [{ numeric: ['>', 'x'] }] }, 'a: numeric takes'],
    [{ a: [{ numeric: ['<', 1, '>', 0] }] }, 'a: numeric takes'],
    [{ a: [{ numeric: ['>', 20, '<', 10] }] }, 'a: numeric: 20 is not below 10'],
    [{ a: [{ numeric: ['=', 5_000_000_001] }] }, 'a: numeric: 5000000001 is not within ±5000000000'],
    [{ a: [{ numeric: ['>', -6e9, '<', 0] }] }, 'a: numeric: -6000000000 is not within ±5000000000'],
    [{ a: [{ numeric: ['>', 0, '<', 1e12] }] }, 'a: numeric: 1000000000000 is not within ±5000000000'],
    [{ a: [{ exists: 'yes' }] }, 'a: exists takes true or false'],
    [{ a: [{ cidr: '10.0.0.0/33' }] }, 'a: cidr "10.0.0.0/33" is not a block'],
    [{ a: [{ wildcard: 'a**' }] }, 'a: wildcard "a**" has two * in a row'],
    [{ a: [{ wildcard: 'a\\b' }] }, 'a: wildcard "a\\\\b": a backslash escapes'],
    [{ $or: [{ a: [1] }] }, '$or: operator "a" is unknown'],
  ])('says what is wrong in %j', (pattern, message) => {
    expect(() => eventPattern(pattern)).toThrow(message);
  });

  const scalar = fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null));

  test('a list matches if and only if one of its values is in the event', () => {
    fc.assert(
      fc.property(fc.array(scalar, { minLength: 1 }), fc.array(scalar), (wanted, values) => {
        expect(matches({ a: wanted }, { a: values })).toBe(values.some((value) => wanted.some((w) => w === value)));
      }),
    );
  });

  test('anything-but with an operator is its negation for strings', () => {
    const operator = fc.constantFrom('prefix', 'suffix', 'equals-ignore-case', 'wildcard');
    const text = fc.string({ unit: fc.constantFrom('a', 'B', '/'), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(operator, text, text, (name, wanted, value) => {
        const plain = matches({ a: [{ [name]: wanted }] }, { a: value });
        expect(matches({ a: [{ 'anything-but': { [name]: wanted } }] }, { a: value })).toBe(!plain);
      }),
    );
  });

  test('a wildcard matches the same texts as its regular expression', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 }).filter((p) => !p.includes('**'));
    const value = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, value, (wanted, text) => {
        const expected = new RegExp(`^${wanted.replaceAll('*', '.*')}$`).test(text);
        expect(matches({ a: [{ wildcard: wanted }] }, { a: text })).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('no event makes it throw, no matter how deep its arrays are', () => {
    const deep = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) as unknown;
    const all = eventPattern({ a: { b: [{ exists: false }, { prefix: 'x' }] }, $or: [{ c: [1] }, { d: { e: [2] } }] });
    expect(all({ a: deep })).toBe(false);

    fc.assert(fc.property(fc.jsonValue(), (event) => typeof all(event) === 'boolean'));
  });
});
