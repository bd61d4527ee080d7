import { tokenize } from '#lib/stores/sql/lexer.ts';

export interface Translated {
  /** The statement with `$1`, `$2`, … for PostgreSQL's protocol. */
  readonly text: string;
  /** The names of the parameters `$1`, `$2`, …; each name once. */
  readonly names: readonly string[];
}

/**
 * Translates the Data API's `:name` to PostgreSQL's `$n`. Reads the statement once, so that a batch can bind many
 * parameter sets. A cast gives a parameter its SQL type, because the Data API sends typed values: a string stays text,
 * as in the service (`column "id" is of type uuid but expression is of type text`).
 *
 * @returns a function. Its parameter gives a name's SQL type (undefined: PostgreSQL infers it), and may throw for an
 * unknown name
 * @example translator('SELECT :a::int')(() => 'text') // { text: 'SELECT ($1::text)::int', names: ['a'] }
 */
export function translator(sql: string): (typeOf: (name: string) => string | undefined) => Translated {
  const tokens = tokenize(sql);
  return (typeOf) => {
    const numbers = new Map<string, number>();
    const text = tokens
      .map((token) => {
        if (token.kind !== 'parameter') return token.text;
        const name = token.text.slice(1);
        const number = numbers.get(name) ?? numbers.size + 1;
        numbers.set(name, number);
        const type = typeOf(name);
        return type === undefined ? `$${number}` : `($${number}::${type})`;
      })
      .join('');
    return { text, names: [...numbers.keys()] };
  };
}
