import type { Parameter } from './parameters.ts';

/** What each part of a cursor may be. */
const PARTS = {
  text: (value: unknown): value is string =>
    typeof value === 'string' && value.length > 0 && value.isWellFormed() && !/\p{Cc}/u.test(value),
  /** a time as {@link keyTime} of records/rows.ts writes it, exact to the microsecond */
  time: (value: unknown): value is string =>
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
  whole: (value: unknown): value is number => Number.isSafeInteger(value),
};

type Kind = keyof typeof PARTS;
type Part<K extends Kind> = K extends 'whole' ? number : string;
type Key<K extends readonly Kind[]> = { -readonly [I in keyof K]: Part<K[I]> };

/** More characters than the longest cursor has. */
const MAX_LENGTH = 2_048;

/**
 * The key of the last item of a page, as the client sends it back for the next page: base64url of a JSON array. It isn't
 * signed: a client that makes one up can only ask for what it may read anyway. The statements get its parts as
 * parameters.
 * @example const after = cursor('time', 'text');
 */
export function cursor<const K extends readonly Kind[]>(...kinds: K): Parameter<Key<K> | undefined> {
  return {
    description: 'next of the page before',
    schema: { type: 'string', maxLength: MAX_LENGTH },
    absent: undefined,
    read: (text) => {
      const parts = text.length <= MAX_LENGTH ? decoded(text) : undefined;
      if (!Array.isArray(parts) || parts.length !== kinds.length) return undefined;
      return kinds.every((kind, index) => PARTS[kind](parts[index])) ? (parts as Key<K>) : undefined;
    },
    mustBe: 'the value of next that the page before has, for the same route',
  };
}

/** The text of a cursor. */
export function cursorText(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function decoded(text: string): unknown {
  if (!/^[\w-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
