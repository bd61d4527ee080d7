import * as z from 'zod';
import { PermanentError } from './errors.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The error of each step of reading a value as a JSON object. Its code goes into the dead letter. */
const fail = {
  null: () => new PermanentError('NULL_VALUE', 'the record has no value'),
  size: (bytes: number, limit: number) =>
    new PermanentError('TOO_LARGE', `the value has ${bytes} bytes, over ${limit}`),
  utf8: () => new PermanentError('NOT_UTF8', 'the value is not valid UTF-8'),
  json: () => new PermanentError('NOT_JSON', 'the value is not JSON'),
  object: (what: string) => new PermanentError('NOT_AN_OBJECT', `the value is JSON, but ${what}, not an object`),
};

/**
 * A record's value as a JSON object. A key `__proto__` does no harm: JSON.parse makes it an ordinary property, and a
 * schema then reads only its own names.
 * @param limitBytes the largest value; real events of this kind are smaller
 * @throws PermanentError NULL_VALUE, TOO_LARGE, NOT_UTF8, NOT_JSON or NOT_AN_OBJECT; its message holds no payload
 */
export function decodeJsonObject(value: Buffer | null, limitBytes: number): Record<string, unknown> {
  if (value === null) throw fail.null();
  if (value.length > limitBytes) throw fail.size(value.length, limitBytes);
  return objectOf(decodeUtf8(value));
}

/**
 * The same as {@link decodeJsonObject} of the record's value. JSON is nearly always ASCII: then no buffer is needed.
 * @throws the same errors
 */
export function readJsonObject(record: JsonSource, limitBytes: number): Record<string, unknown> {
  const text = record.latin1Value;
  // In UTF-8, only ASCII has a byte for each character. Up to twice as fast as a regular expression.
  const isPlain = text !== undefined && text.length <= limitBytes && Buffer.byteLength(text) === text.length;
  return isPlain ? objectOf(text) : decodeJsonObject(record.value, limitBytes);
}

/** A record; without `latin1Value`, its value is read from its bytes. */
export interface JsonSource {
  readonly value: Buffer | null;
  readonly latin1Value?: string | undefined;
}

function objectOf(text: string): Record<string, unknown> {
  const parsed = parseJson(text);
  if (typeof parsed !== 'object' || parsed === null) throw fail.object(parsed === null ? 'null' : `a ${typeof parsed}`);
  if (Array.isArray(parsed)) throw fail.object('an array');
  return parsed as Record<string, unknown>;
}

function decodeUtf8(value: Buffer): string {
  try {
    return utf8.decode(value);
  } catch {
    throw fail.utf8();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fail.json();
  }
}

/**
 * Validates against a schema.
 * @throws PermanentError SCHEMA naming each wrong field and what was expected, never its value
 */
export function validate<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const wrong = result.error.issues.map((issue) => `${issue.path.join('.') || 'value'}: ${reason(issue)}`);
  throw new PermanentError('SCHEMA', wrong.join('; '));
}

/** zod's message, except where it repeats the input (an unknown key). */
function reason(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? 'unknown fields' : issue.message;
}

/**
 * A name that keys, stores and URLs can hold: 1 to `max` characters, without control characters and lone surrogates
 * (PostgreSQL refuses U+0000, UTF-8 can't hold lone surrogates).
 */
export function identifier(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), 'control characters or lone surrogates');
}

/**
 * Whether a value is an {@link identifier} of printable ASCII, as nearly every one is. For so few characters, a loop is
 * twice as fast as a regular expression.
 */
export function isPlainIdentifier(value: unknown, max: number): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > max) return false;
  for (let i = 0; i < value.length; i += 1) {
    const unit = value.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

/** In every domain, a field that is absent, null or the empty text is missing: producers send all three. */
export function isMissing(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

/**
 * A field that may be missing.
 * @param unknown a value that producers also send for "not known"; it must not be a valid value of the field
 * @example optional(z.number().min(0), -1) // iOS sends -1 for an unknown speed (CLLocation.speed)
 */
export function optional<T extends z.ZodType>(schema: T, unknown?: number) {
  const isKnown = (value: unknown) => !isMissing(value) && value !== unknown;
  return z.preprocess((value) => (isKnown(value) ? value : undefined), schema.optional());
}
