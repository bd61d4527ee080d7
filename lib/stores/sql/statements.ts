import { tokenize } from './lexer.ts';

/**
 * The statements of a script, without their semicolons. Text with only space and comments is not a statement. A comment
 * before a statement stays with it. SQL-standard function bodies (`BEGIN ATOMIC … END`) contain semicolons that only
 * PostgreSQL's grammar can recognize: write such functions with a dollar-quoted body.
 *
 * @example splitStatements("SELECT ';'; -- one\n SELECT 2;") // ["SELECT ';'", "-- one\n SELECT 2"]
 */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  let text = '';
  let meaning = false;
  const end = () => {
    if (meaning) statements.push(text.trim());
    text = '';
    meaning = false;
  };
  for (const token of tokenize(script)) {
    if (token.text === ';') {
      end();
      continue;
    }
    text += token.text;
    meaning ||= token.kind !== 'space' && token.kind !== 'comment';
  }
  end();
  return statements;
}
