import { isAddress } from './address.ts';

/** A login that keeps the rules; a shape of resources/avro/user_login.avsc. */
export interface Login {
  readonly user_id: string | null;
  readonly app_version: string;
  readonly ip: string | null;
  readonly locale: string;
  readonly device_id: string | null;
  readonly timestamp: number;
  readonly device_type: string;
}

/** What stands before a device's id where it is used as a user's: no user's own may look like one. */
export const DEVICE_PREFIX = 'device:';

/** Control characters, which keys, URLs and PostgreSQL don't want, and U+FFFD: what bytes that were no UTF-8 are read as. */
const UNWANTED = /[\p{Cc}\ufffd]/u;
/** Language, script, region (BCP 47), `_` as in POSIX too; seed 004 sends a bare region: NE. */
const LOCALE = /^[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|\d{3}))?$/;
/** 9999-12-31T23:59:59.999Z: the last time that ISO 8601 writes with four digits of a year. */
const LAST_MS = 253_402_300_799_999;

type Rule = (value: unknown) => boolean;

const name =
  (max: number): Rule =>
  (value) =>
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= max &&
    (isPrintableAscii(value) || (!UNWANTED.test(value) && value.isWellFormed()));

/** Nearly every name is; a loop over so few characters is twice as fast as a pattern. */
function isPrintableAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

const identifier = name(128);
const shortName = name(64);
const orNull =
  (rule: Rule): Rule =>
  (value) =>
    value === null || rule(value);

/**
 * By hand, not by zod: they are held to every record, and have to cost less than decoding it (bench/logins.ts). Each
 * with what it expects, for the dead letter.
 */
const RULES: Readonly<Record<keyof Login, { keeps: Rule; expected: string }>> = {
  user_id: {
    keeps: orNull((value) => identifier(value) && !(value as string).startsWith(DEVICE_PREFIX)),
    expected: `1 to 128 characters, no control characters, whole UTF-8, not beginning with ${DEVICE_PREFIX}`,
  },
  app_version: { keeps: shortName, expected: '1 to 64 characters, no control characters, whole UTF-8' },
  ip: {
    keeps: orNull((value) => typeof value === 'string' && isAddress(value)),
    expected: 'an IPv4 or IPv6 address without a zone',
  },
  locale: {
    keeps: (value) => typeof value === 'string' && LOCALE.test(value),
    expected: 'a language, with script and region or without, or a region: en_US, NE',
  },
  device_id: { keeps: orNull(identifier), expected: '1 to 128 characters, no control characters, whole UTF-8' },
  timestamp: {
    keeps: (value) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LAST_MS,
    expected: 'an integer, seconds or milliseconds since the epoch, as a number',
  },
  device_type: { keeps: shortName, expected: '1 to 64 characters, no control characters, whole UTF-8' },
};

/** Whether a value keeps every rule. Written out, not looped over: this is what each record pays. */
export function keepsRules(value: object): value is Login {
  const login = value as Record<keyof Login, unknown>;
  return (
    RULES.user_id.keeps(login.user_id) &&
    RULES.app_version.keeps(login.app_version) &&
    RULES.ip.keeps(login.ip) &&
    RULES.locale.keeps(login.locale) &&
    RULES.device_id.keeps(login.device_id) &&
    RULES.timestamp.keeps(login.timestamp) &&
    RULES.device_type.keeps(login.device_type)
  );
}

/** Each field at fault with what was expected of it, never its value. */
export function brokenRules(login: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(RULES).flatMap(([field, { keeps, expected }]) =>
    keeps(login[field]) ? [] : [`${field}: ${expected}`],
  );
}
