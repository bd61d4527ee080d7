import { tokenize } from '#lib/stores/sql/lexer.ts';

export interface Translated {
  /** The statement with `$1`, `$2`, … as PostgreSQL's protocol wants it. */
  readonly text: string;
  /** The parameter's name for `$1`, `$2`, …; each name once. */
  readonly names: readonly string[];
}

/**
 * Translates the Data API's `:name` to PostgreSQL's `$n`. The statement is read once, so that a batch can bind many
 * parameter sets. A parameter gets its SQL type by a cast, because the Data API sends typed values: a string stays
 * text (`column "id" is of type uuid but expression is of type text`), as it would there.
 *
 * @returns a function that takes a name's SQL type (undefined: PostgreSQL infers it), and may throw for an unknown name
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
