import { cursor, cursorText } from './cursor.ts';
import { box, name, oneOf, requiredName, time, whole } from './parameters.ts';
import { readRequest } from './request.ts';
import { route } from './route.ts';

const things = route({
  path: '/things/{id}',
  operationId: 'things',
  summary: '',
  answer: {},
  parameters: {
    id: requiredName('', 8),
    by: oneOf('', ['a', 'b']),
    limit: whole('', { min: 1, max: 500, absent: 100 }),
    from: time(''),
    box: box(''),
    kind: name('', 8),
    cursor: cursor('time', 'text', 'whole'),
  },
});
const read = (query: string, id = 'V1') =>
  readRequest(things, { rawQueryString: query, pathParameters: { id, other: 'ignored' } });
const KEY: [string, string, number] = ['2026-01-31T12:00:00.123456Z', 'raw-data-topic-0-7/Speeding', 60];

test('reads the values of all parameters', () => {
  const query = `by=b&limit=500&from=2026-01-31T12%3A00%3A00%2B01%3A00&box=-1.5,170,2,-170&kind=%C3%A9&cursor=${cursorText(KEY)}`;

  expect(read(query)).toEqual({
    id: 'V1',
    by: 'b',
    limit: 500,
    from: Date.UTC(2026, 0, 31, 11),
    box: { south: -1.5, west: 170, north: 2, east: -170 },
    kind: 'é',
    cursor: KEY,
  });
});

test('absent parameters have their defaults', () => {
  expect(read('by=a')).toEqual({ id: 'V1', by: 'a', limit: 100 });
});

/** Each is refused with the name of its parameter. */
const hostile: [parameter: string, query: string][] = [
  ...['-1', '0', '501', '1e2', '1.5', 'NaN', '', ' 1', '9'.repeat(400), '0x10', '１'].map((text): [string, string] => [
    'limit',
    `limit=${encodeURIComponent(text)}`,
  ]),
  ...[
    'NaN',
    'now',
    '',
    '2026-02-30T00:00:00Z',
    '2026-01-31',
    '2026-01-31T12:00:00',
    '99999-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '-1',
    "2026-01-31T12:00:00Z'; DROP TABLE alerts; --",
  ].map((text): [string, string] => ['from', `from=${encodeURIComponent(text)}`]),
  // An unencoded + is a space in a URL.
  ['from', 'from=2026-01-31T12:00:00+01:00'],
  ...[
    '',
    '1,2,3',
    '1,2,3,4,5',
    'a,b,c,d',
    '1,,2,3',
    '2,0,1,0',
    '-91,0,0,0',
    '0,-181,0,0',
    '0,0,0,1e1',
    'NaN,0,0,0',
  ].map((text): [string, string] => ['box', `box=${text}`]),
  ...['', 'a\0b', 'a\nb', 'x'.repeat(9)].map((text): [string, string] => ['kind', `kind=${encodeURIComponent(text)}`]),
  ...['c', '', 'A', 'a b'].map((text): [string, string] => ['by', `by=${encodeURIComponent(text)}`]),
  ...[
    '',
    'x',
    '!',
    'null',
    cursorText(['x']),
    cursorText([KEY[0], KEY[1]]),
    cursorText([...KEY, 1]),
    cursorText(['yesterday', KEY[1], KEY[2]]),
    cursorText(['2026-13-31T12:00:00.123456Z', KEY[1], KEY[2]]),
    cursorText([KEY[0], 'a\0b', KEY[2]]),
    cursorText([KEY[0], KEY[1], 1.5]),
    cursorText([KEY[0], KEY[1], '60']),
    Buffer.from('{"length":3}').toString('base64url'),
    Buffer.from('["a"').toString('base64url'),
    'A'.repeat(3_000),
  ].map((text): [string, string] => ['cursor', `cursor=${text}`]),
  ['limit', 'limit=1&limit=1'],
  ['drop', 'drop=table'],
  ['__proto__', '__proto__=1'],
  ['toString', 'toString=1'],
  ['', '=1'],
  ['id', 'id=V2'],
];

test.each(hostile)('refuses a wrong %s: %j', (parameter, query) => {
  const also = query.startsWith('by=') ? '' : 'by=a&';

  expect(() => read(also + query)).toThrow(expect.objectContaining({ name: 'RefusedError', parameter }));
});

test('refuses a wrong path parameter, a missing one, and a query that is too long', () => {
  expect(() => read('by=a', 'x'.repeat(9))).toThrow(expect.objectContaining({ parameter: 'id' }));
  expect(() => read('')).toThrow(expect.objectContaining({ parameter: 'by' }));
  expect(() => read(`by=${'a'.repeat(4_096)}`)).toThrow('the query has more than 4096 characters');
});

test("an error doesn't repeat the value, and cuts off a long name", () => {
  expect(() => read('by=secret')).toThrow(/^by must be one of a, b$/);
  expect(() => read(`by=a&${'n'.repeat(1_000)}=1`)).toThrow(`there is no parameter "${'n'.repeat(64)}"`);
});
