/**
 * The part of PostgreSQL's lexical rules that decides what a colon or a semicolon means (PostgreSQL 17 documentation,
 * "Lexical Structure"): strings with and without backslash escapes, dollar quotes, quoted identifiers, nested comments.
 */

/** `space` and `comment` have no meaning; `symbol` is one character of an operator or a bracket, or the cast `::`. */
export type TokenKind = 'space' | 'comment' | 'string' | 'quoted' | 'word' | 'number' | 'parameter' | 'symbol';

export interface Token {
  readonly kind: TokenKind;
  /** The text as written. The texts of all tokens, joined, are the input. */
  readonly text: string;
}

/** A string that continues on the next line keeps its escapes (`E'a'⏎'b'` is one constant). */
const ESCAPE_STRING = /[eE]'[^'\\]*(?:(?:''|\\[\s\S]|'\s*\n\s*')[^'\\]*)*(?:'|\\?$)/y;

/**
 * Tried in this order at each position. A token without its end goes to the end of the input, and PostgreSQL reports
 * the error.
 */
const RULES: readonly (readonly [TokenKind, RegExp])[] = [
  ['space', /\s+/y],
  ['comment', /--[^\r\n]*/y],
  ['string', ESCAPE_STRING],
  ['string', /'[^']*(?:''[^']*)*(?:'|$)/y],
  ['quoted', /"[^"]*(?:""[^"]*)*(?:"|$)/y],
  ['string', /\$((?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?(?:\$\1\$|$)/y],
  ['word', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['number', /\d[\w.]*/y],
  ['symbol', /::|[\s\S]/y],
];

const NAME = /:[A-Za-z_]\w*/y;

/**
 * Splits SQL into tokens, among them `:name` parameters. It never throws: text that isn't SQL also becomes tokens that,
 * joined, are the input.
 *
 * @example tokenize("SELECT ':no' WHERE a = :yes::int") // one token of kind parameter: ":yes"
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  const colons = colonReader();
  for (let at = 0; at < sql.length; ) {
    const token = blockComment(sql, at) ?? (colons.startsParameter(sql, at) ? parameter(sql, at) : undefined);
    const next = token ?? byRule(sql, at);
    tokens.push(next);
    colons.read(next);
    at += next.text.length;
  }
  return tokens;
}

function byRule(sql: string, at: number): Token {
  for (const [kind, rule] of RULES) {
    const text = matchAt(rule, sql, at);
    if (text) return { kind, text };
  }
  throw new Error(`no lexical rule matches the SQL at position ${at}`);
}

function parameter(sql: string, at: number): Token | undefined {
  const text = matchAt(NAME, sql, at);
  return text ? { kind: 'parameter', text } : undefined;
}

function matchAt(rule: RegExp, sql: string, at: number): string | undefined {
  rule.lastIndex = at;
  return rule.exec(sql)?.[0];
}

function blockComment(sql: string, start: number): Token | undefined {
  if (!sql.startsWith('/*', start)) return undefined;
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let found = edge.exec(sql); found; found = edge.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return { kind: 'comment', text: sql.slice(start, edge.lastIndex) };
  }
  return { kind: 'comment', text: sql.slice(start) };
}

type Bracket = 'parenthesis' | 'array' | 'subscript';

/**
 * Distinguishes the colon of a parameter from the colon of a slice. Within a subscript, a colon after an operand is a
 * slice (`a[1:n]`), and a colon before an operand is a parameter (`a[:i]`). In parentheses, in `ARRAY[…]` and outside
 * of brackets, `:name` is always a parameter.
 */
function colonReader() {
  const open: Bracket[] = [];
  let afterOperand = false;
  let afterArray = false;
  const openers: Record<string, () => Bracket> = {
    '(': () => 'parenthesis',
    '[': () => (afterOperand && !afterArray ? 'subscript' : 'array'),
  };
  return {
    startsParameter: (sql: string, at: number) => sql[at] === ':' && !(open.at(-1) === 'subscript' && afterOperand),
    read({ kind, text }: Token): void {
      if (kind === 'space' || kind === 'comment') return;
      const opener = openers[text];
      const closes = text === ')' || text === ']';
      if (kind === 'symbol' && opener) open.push(opener());
      if (kind === 'symbol' && closes) open.pop();
      afterOperand = kind !== 'symbol' || closes;
      afterArray = kind === 'word' && text.toUpperCase() === 'ARRAY';
    },
  };
}
