import { isStorableJson, isStorableText } from './storable.ts';

const named = (texts: readonly string[]) => texts.map((text) => [text.slice(0, 30), text] as const);

test.each(
  named([
    ...['{"e":1234,"true":[true,false,1E+999,-1e-999]}', `[${'9'.repeat(3_999)},0.${'9'.repeat(3_999)}]`],
    ...['"[[["', `"${'['.repeat(600)}"`, `"${'9'.repeat(5_000)}e1000"`, '"\\uD83D\\uDE00\\ud83d\\ude00"'],
    ...['{}', '[1.0, 1e100]', '"\\ud83d\\ude00"', '"\\\\u0000"', '"a\\\\\\\\ud800"', ' {"a":1,"a":2} ', 'false'],
  ]),
)('jsonb holds %s', (_, text) => {
  expect(isStorableJson(text)).toBe(true);
});

test.each(
  named([
    '',
    'text',
    'null',
    '"\\u0000"',
    '"\\ud800"',
    '["\\\\\\ud800x"]',
    '1e1000',
    '[1,-1E-1000]',
    // PostgreSQL also checks a member that a later member of the same name replaces.
    '{"a":"\\u0000","a":1}',
    '{"a":"\\ud83d","a":1}',
    '{"a":["\\udE00"],"b":0,"a":1}',
    '{"a":1e1000,"a":1}',
    '{"\\u0000":1}',
    '{"a\\udc00":1}',
    '["\\ud83d\\u0041"]',
    '["\\ude00\\ud83d"]',
    '["\\ud83d\\ud83d\\ude00"]',
    '9'.repeat(5000),
    '['.repeat(600) + ']'.repeat(600),
  ]),
)('jsonb can’t hold %s', (_, text) => {
  expect(isStorableJson(text)).toBe(false);
});

test('text holds all characters except U+0000', () => {
  expect(isStorableText('\u0001\uffff😀')).toBe(true);
  expect(isStorableText('a\u0000')).toBe(false);
});

test('megabytes of digits take one pass', () => {
  const runs = (count: number) => `[${Array(count).fill('9'.repeat(3_999)).join(',')}]`;
  const cost = (text: string, check: (text: string) => unknown) => {
    const times = Array.from({ length: 5 }, () => {
      const began = performance.now();
      check(text);
      return performance.now() - began;
    });
    return Math.min(...times);
  };
  const text = runs(1_000);

  expect(isStorableJson(text)).toBe(true);
  // One pass over 4 MB takes some ms. With thousands of steps for each character it took 40 s.
  expect(cost(text, isStorableJson)).toBeLessThan(20 * cost(text, JSON.parse) + 1_000);
});
