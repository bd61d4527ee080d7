import { isMissing } from '#lib/decode.ts';
import { LAST_MS } from '#lib/event-time.ts';
import { bareAddress, isAddress } from './address.ts';

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

/** From these on a number is in milliseconds, microseconds (Avro's timestamp-micros), nanoseconds; below, in seconds. */
const [FIRST_MS, FIRST_MICROS, FIRST_NANOS] = [1e11, 1e14, 1e17];

/** A login's timestamp in whole ms since the epoch. Each unit reaches from March 1973 to the year 5138, seconds from 1970. */
export function epochMs(timestamp: number): number {
  if (timestamp < FIRST_MS) return timestamp * 1_000;
  if (timestamp < FIRST_MICROS) return timestamp;
  return Math.floor(timestamp < FIRST_NANOS ? timestamp / 1e3 : timestamp / 1e6);
}

interface FieldRule {
  readonly keeps: Rule;
  /** what a value that breaks the rule is read as; undefined is missing */
  readonly readAs?: (value: unknown) => unknown;
  /** for the dead letter */
  readonly expected: string;
}

/** A field that only informs: what is wrong with it never costs the login, and counts as missing. */
const informational: FieldRule = {
  keeps: shortName,
  readAs: () => undefined,
  expected: '1 to 64 characters, no control characters, whole UTF-8',
};

/**
 * By hand, not by zod: they are held to every record, and have to cost less than decoding it (bench/logins.ts). Each
 * with what it expects, for the dead letter.
 */
const RULES: Readonly<Record<keyof Login, FieldRule>> = {
  user_id: {
    keeps: orNull((value) => identifier(value) && !(value as string).startsWith(DEVICE_PREFIX)),
    expected: `1 to 128 characters, no control characters, whole UTF-8, not beginning with ${DEVICE_PREFIX}`,
  },
  app_version: informational,
  ip: {
    keeps: orNull((value) => typeof value === 'string' && isAddress(value)),
    readAs: (value) => (typeof value === 'string' && bareAddress(value)) || value,
    expected: 'an IPv4 or IPv6 address, with a zone or a port or without',
  },
  locale: informational,
  device_id: { keeps: orNull(identifier), expected: '1 to 128 characters, no control characters, whole UTF-8' },
  timestamp: {
    keeps: (value) => Number.isInteger(value) && (value as number) >= 0 && epochMs(value as number) <= LAST_MS,
    expected: 'an integer, seconds, milliseconds or finer since the epoch, as a number',
  },
  device_type: informational,
};

/** What a field says; undefined, null or empty where that is nothing. */
export function said(field: keyof Login, value: unknown): unknown {
  const { keeps, readAs } = RULES[field];
  return readAs === undefined || isMissing(value) || keeps(value) ? value : readAs(value);
}

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
