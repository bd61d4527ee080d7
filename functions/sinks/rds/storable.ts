/** PostgreSQL's text holds every character but U+0000 ("8.3. Character Types"). */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000');
}

/** An escape of U+0000 or of a surrogate, in JSON that JSON.stringify wrote: there, a whole pair isn't escaped. */
const UNSTORABLE_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;
/** jsonb's numbers end at 131072 digits before the point and 16383 after it. */
const HUGE_NUMBER = /\d[eE][+-]?\d{4}|\d{4000}/;
/** PostgreSQL parses recursively, on a stack of 2 MB; so do JSON.stringify and many a reader. */
const DEPTH = 512;

/**
 * Whether a text is JSON that jsonb can hold ("8.14. JSON Types"): no U+0000 and no half of a surrogate pair in its
 * strings, no number of thousands of digits, not nested too deeply. The JSON text `null` isn't: it would be SQL's null.
 */
export function isStorableJson(text: string): boolean {
  const parsed = parse(text);
  if (parsed === undefined || parsed === null) return false;
  if (HUGE_NUMBER.test(text) || isNestedDeeply(text)) return false;
  return !UNSTORABLE_ESCAPE.test(JSON.stringify(parsed));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts brackets in strings too: at worst a strange text is stored as text. */
function isNestedDeeply(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length && depth <= DEPTH; i += 1) {
    const character = text[i];
    if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
  }
  return depth > DEPTH;
}
