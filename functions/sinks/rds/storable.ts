/** PostgreSQL's text holds every character except U+0000 ("8.3. Character Types"). */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000');
}

/** Far below the limits of jsonb's numbers: 131072 digits before the decimal point, and 16383 after it. */
const DIGITS = 4_000;
const EXPONENT_DIGITS = 4;
/** PostgreSQL parses recursively, on a stack of 2 MB. So do many readers. */
const DEPTH = 512;

/**
 * Whether a text is JSON that jsonb can hold ("8.14. JSON Types"): no U+0000 and no half of a surrogate pair in its
 * strings, no number of thousands of digits, and no deep nesting. The JSON text `null` is excluded, as it would become
 * SQL's null.
 *
 * This checks the text, not the parsed value: PostgreSQL also rejects such a string in a member that a later member of
 * the same name replaces.
 */
export function isStorableJson(text: string): boolean {
  const parsed = parse(text);
  return parsed !== undefined && parsed !== null && isStorable(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const [QUOTE, BACKSLASH] = codes('"\\');
const [OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = codes('[{]}');
const [ZERO, NINE, PLUS, MINUS, UPPER_E, LOWER_E] = codes('09+-Ee');

function codes(characters: string): number[] {
  return Array.from(characters, (character) => character.charCodeAt(0));
}

/** One pass over a text that is JSON. */
function isStorable(text: string): boolean {
  let depth = 0;
  let digits = 0;
  let mostDigits = DIGITS;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= (ZERO as number) && code <= (NINE as number)) {
      digits += 1;
      if (digits >= mostDigits) return false;
      continue;
    }
    // The `e` of a number, not the one in `true`.
    if ((code === LOWER_E || code === UPPER_E) && digits > 0) mostDigits = EXPONENT_DIGITS;
    else if (code !== PLUS && code !== MINUS) mostDigits = DIGITS;
    digits = 0;
    if (code === QUOTE) {
      at = endOfString(text, at + 1);
      if (at < 0) return false;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > DEPTH) return false;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
  }
  return true;
}

/** The index of a string's closing quote; -1 where the string has an escape that PostgreSQL rejects. */
function endOfString(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
    if (code !== BACKSLASH) at += 1;
    else if (text[at + 1] !== 'u') at += 2;
    else {
      const length = lengthOfEscape(text, at);
      if (length === 0) return -1;
      at += length;
    }
  }
  return at;
}

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;
const unitAt = (text: string, at: number) => Number.parseInt(text.slice(at + 2, at + 6), 16);

/** The length of `\uXXXX`, or of two of them that are a surrogate pair; 0 for U+0000 or half of a pair. */
function lengthOfEscape(text: string, at: number): number {
  const unit = unitAt(text, at);
  if (unit === 0 || isLow(unit)) return 0;
  if (!isHigh(unit)) return 6;
  return text.startsWith('\\u', at + 6) && isLow(unitAt(text, at + 6)) ? 12 : 0;
}
