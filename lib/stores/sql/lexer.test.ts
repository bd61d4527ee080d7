import fc from 'fast-check';
import { tokenize } from './lexer.ts';

const parameters = (sql: string) =>
  tokenize(sql)
    .filter(({ kind }) => kind === 'parameter')
    .map(({ text }) => text);

test.each<[sql: string, ...found: string[]]>([
  ['SELECT :a, :b_2', ':a', ':b_2'],
  ['SELECT :a::int, now()::date', ':a'],
  ["SELECT ':no', 'it''s :no', :yes", ':yes'],
  ["SELECT E'it\\'s :no', e'\\\\', :yes", ':yes'],
  ["SELECT E'a'\n'\\':no', :yes", ':yes'],
  ["SELECT name'\\', :yes", ':yes'],
  ['SELECT ":no", "a"":no", :yes', ':yes'],
  ['SELECT 1 -- :no\n, :yes', ':yes'],
  ['SELECT /* :no /* :no */ :no */ :yes', ':yes'],
  ['SELECT $$ :no $$, $tag$ :no $$ :no $tag$, :yes', ':yes'],
  ['SELECT a$b$, :yes, c$b$', ':yes'],
  ['SELECT $1, :yes', ':yes'],
  ['SELECT a[1:2], a[1:n], a[:yes], a[:lo : :hi], a[f(:yes)]', ':yes', ':lo', ':hi', ':yes'],
  ['SELECT a[b[1]:n], (a)[1:n], (f(x))[2:n]'],
  ['SELECT ARRAY[:a, :b], ARRAY[[:c], [:d]]', ':a', ':b', ':c', ':d'],
  ['SELECT make_interval(secs => :s), f(x := :y), x:=1', ':s', ':y'],
  ['SELECT :a/*no*/::/* */int', ':a'],
  ["SELECT ':no"],
  ['SELECT /* :no'],
  ['SELECT $x$ :no'],
  ['SELECT ":no'],
])('%s', (sql, ...found) => {
  expect(parameters(sql)).toEqual(found);
});

const NOT_SQL = fc.constantFrom(
  "'it''s :no'",
  "E'\\' :no'",
  '":no"',
  '$$:no$$',
  "$t$ ' $$ :no $t$",
  '/* :no /* */ :no */',
  '-- :no\n',
);
const SQL = fc.constantFrom(' ', ', ', '(', ')', ' + ', '::int', ' word ', '12', ';', '=');

test('finds the parameters among text that only looks like parameters', () => {
  const piece = fc.oneof(
    NOT_SQL,
    SQL,
    fc.stringMatching(/^[a-z]\w{0,5}$/).map((name) => `:${name}`),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      // Joined with spaces: two adjacent pieces may be one token ('' is an escaped quote, :a1 a longer name).
      expect(parameters(pieces.join(' '))).toEqual(pieces.filter((text) => /^:[a-z]/.test(text)));
    }),
  );
});

test('the tokens of any text, joined, are the text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom("'", '"', '$', '[', ']', ':', '/', '*', '-', '\n', '\\', 'E', 'a', '1', ';', ' '),
    }),
  );
  fc.assert(
    fc.property(text, (sql) => {
      expect(
        tokenize(sql)
          .map((token) => token.text)
          .join(''),
      ).toBe(sql);
    }),
    { numRuns: 1_000 },
  );
});

test('a long literal takes linear time', () => {
  const started = performance.now();
  expect(tokenize(`SELECT '${"''".repeat(500_000)}', E'${'\\n'.repeat(500_000)}'`)).toHaveLength(6);
  // Normally about a tenth of a second.
  expect(performance.now() - started).toBeLessThan(30_000);
});
