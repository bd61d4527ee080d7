import { splitStatements } from './statements.ts';

test.each<[script: string, statements: string[]]>([
  ['SELECT 1', ['SELECT 1']],
  ['SELECT 1;\n\nSELECT 2;\n', ['SELECT 1', 'SELECT 2']],
  [';;-- nothing; here\n/* nor; here */;', []],
  ["SELECT ';'; -- one;\nSELECT $$;$$", ["SELECT ';'", '-- one;\nSELECT $$;$$']],
  ['DO $do$ BEGIN PERFORM 1; END $do$; SELECT ";"', ['DO $do$ BEGIN PERFORM 1; END $do$', 'SELECT ";"']],
])('%j', (script, statements) => {
  expect(splitStatements(script)).toEqual(statements);
});
