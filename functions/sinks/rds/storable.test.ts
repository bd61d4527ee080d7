import { isStorableJson, isStorableText } from './storable.ts';

test.each(['{}', '[1.0, 1e100]', '"\\ud83d\\ude00"', '"\\\\u0000"', '"a\\\\\\\\ud800"', ' {"a":1,"a":2} ', 'false'])(
  'jsonb holds %s',
  (text) => {
    expect(isStorableJson(text)).toBe(true);
  },
);

test.each([
  '',
  'text',
  'null',
  '"\\u0000"',
  '"\\ud800"',
  '["\\\\\\ud800x"]',
  '1e1000',
  '9'.repeat(5000),
  '['.repeat(600) + ']'.repeat(600),
])('but not %.20s', (text) => {
  expect(isStorableJson(text)).toBe(false);
});

test('text holds all but U+0000', () => {
  expect(isStorableText('\u0001\uffff😀')).toBe(true);
  expect(isStorableText('a\u0000')).toBe(false);
});
