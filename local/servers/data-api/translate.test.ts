import fc from 'fast-check';
import { translator } from './translate.ts';

const untyped = () => undefined;

test.each<[sql: string, text: string, names: string[]]>([
  ['SELECT 1', 'SELECT 1', []],
  ['SELECT :a, :b, :a', 'SELECT $1, $2, $1', ['a', 'b']],
  ["SELECT ':a', :b::int", "SELECT ':a', $1::int", ['b']],
  ['SELECT x[1:2], x[:i]', 'SELECT x[1:2], x[$1]', ['i']],
  ['SELECT :constructor, :__proto__', 'SELECT $1, $2', ['constructor', '__proto__']],
])('%s', (sql, text, names) => {
  expect(translator(sql)(untyped)).toEqual({ text, names });
});

test('a type becomes a cast in parentheses, before casts and indexes that follow', () => {
  expect(translator('SELECT :a::int, (:b)[1]')((name) => ({ a: 'text' })[name]).text).toBe(
    'SELECT ($1::text)::int, ($2)[1]',
  );
});

test('a statement that is read once takes many parameter sets', () => {
  const translate = translator('VALUES (:a)');
  expect([translate(() => 'bigint').text, translate(untyped).text]).toEqual(['VALUES (($1::bigint))', 'VALUES ($1)']);
});

test('each number is the position of its name', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  fc.assert(
    fc.property(fc.array(name), (written) => {
      const { text, names } = translator(written.map((each) => `:${each}`).join(', '))(untyped);
      const read = [...text.matchAll(/\$(\d+)/g)].map(([, number]) => names[Number(number) - 1]);
      expect(read).toEqual(written);
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});
