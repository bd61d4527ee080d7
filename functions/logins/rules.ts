import { isMissing } from '#lib/decode.ts';
import { LAST_MS } from '#lib/event-time.ts';
import { bareAddress, isAddress } from './address.ts';

/** A login that passes the rules, with the fields of resources/avro/user_login.avsc. */
export interface Login {
  readonly user_id: string | null;
  readonly app_version: string;
  readonly ip: string | null;
  readonly locale: string;
  readonly device_id: string | null;
  readonly timestamp: number;
  readonly device_type: string;
}

/** The prefix of a device's id that is used as a user's id. No user's own id may begin with it. */
export const DEVICE_PREFIX = 'device:';

/** Control characters, which keys, URLs and PostgreSQL don't accept, and U+FFFD, which stands for invalid UTF-8. */
const UNWANTED = /[\p{Cc}\ufffd]/u;
type Rule = (value: unknown) => boolean;

const name =
  (max: number): Rule =>
  (value) =>
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= max &&
    (isPrintableAscii(value) || (!UNWANTED.test(value) && value.isWellFormed()));

/** True for nearly every name. For so few characters, a loop is twice as fast as a regular expression. */
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
 * The first numbers that are in milliseconds, in microseconds (Avro's timestamp-micros), and in nanoseconds. Smaller
 * numbers are in seconds.
 */
const [FIRST_MS, FIRST_MICROS, FIRST_NANOS] = [1e11, 1e14, 1e17];

/**
 * A login's timestamp in whole ms since the epoch. Seconds cover 1970 to the year 5138; the other units cover March
 * 1973 to the year 5138.
 */
export function epochMs(timestamp: number): number {
  if (timestamp < FIRST_MS) return timestamp * 1_000;
  if (timestamp < FIRST_MICROS) return timestamp;
  return Math.floor(timestamp < FIRST_NANOS ? timestamp / 1e3 : timestamp / 1e6);
}

interface FieldRule {
  readonly keeps: Rule;
  /** replaces a value that breaks the rule; undefined means missing */
  readonly readAs?: (value: unknown) => unknown;
  /** for the dead letter */
  readonly expected: string;
}

/** An informational field: an invalid value counts as missing, and the login stays valid. */
const informational: FieldRule = {
  keeps: shortName,
  readAs: () => undefined,
  expected: '1 to 64 characters, no control characters, whole UTF-8',
};

/**
 * Written by hand, not with zod: these rules run on every record, and must cost less than decoding it
 * (bench/logins.ts).
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

/** The value of a field, without extras such as a port; undefined, null or empty where it is missing. */
export function fieldValue(field: keyof Login, value: unknown): unknown {
  const { keeps, readAs } = RULES[field];
  return readAs === undefined || isMissing(value) || keeps(value) ? value : readAs(value);
}

/** Whether a login passes every rule. Written without a loop, as it runs on every record. */
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

/** Each field at fault with its expected format, never its value. */
export function brokenRules(login: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(RULES).flatMap(([field, { keeps, expected }]) =>
    keeps(login[field]) ? [] : [`${field}: ${expected}`],
  );
}
