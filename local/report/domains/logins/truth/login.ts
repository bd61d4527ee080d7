import { isName, own } from '../../../truth/json.ts';
import type { LogRecord } from '../../../world.ts';
import type { LoginFacts } from '../facts.ts';
import { networkOf, partsOf } from './address.ts';
import { type Encoding, type PayloadCode, payloadOf } from './payload.ts';

/*
 * What a good login is, stated a second time. Nothing in local/report imports a handler: an expectation that is
 * computed by the code under test agrees with its every mistake.
 */

/** The codes that the dead letter of a bad login may carry. */
export type BadCode = PayloadCode | 'SCHEMA' | 'NO_IDENTITY' | 'FUTURE_TIMESTAMP';

/** A login that must be in every store, as it must be there. `at` is its event time in ms since the epoch. */
export interface Login {
  user_id: string;
  app_version: string;
  ip: string | null;
  locale: string;
  device_id: string | null;
  device_type: string;
  at: number;
}

const CLOCK_TOLERANCE_MS = 5 * 60_000;
const FIRST_MS = 100_000_000_000;
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const DEVICE_TYPES = ['android', 'ios', 'web', 'windows', 'macos', 'linux'];
const LETTERS = /^[a-z]+$/i;

/** Judges a record of user-login: the login, or the code that its dead letter must carry. */
export function judgeLogin(
  { value, timestamp: kafkaTime }: LogRecord,
  { schemas, storeFullIp }: LoginFacts,
): { login: Login; encoding: Encoding } | { bad: BadCode } {
  const payload = payloadOf(value, schemas);
  if ('bad' in payload) return payload;
  const sent = (field: string): unknown => {
    const found = own(payload.fields, field);
    return found === null || found === '' ? undefined : found;
  };
  const { user_id, app_version, ip, locale, device_id, device_type } = {
    user_id: sent('user_id'),
    app_version: sent('app_version') ?? 'unknown',
    ip: sent('ip'),
    locale: sent('locale') ?? 'und',
    device_id: sent('device_id'),
    device_type: sent('device_type') ?? 'other',
  };
  const at = timeOf(sent('timestamp'));
  const good =
    (user_id === undefined || (isText(user_id, 128) && !user_id.startsWith('device:'))) &&
    (device_id === undefined || isText(device_id, 128)) &&
    isText(app_version, 64) &&
    isText(device_type, 64) &&
    (ip === undefined || (typeof ip === 'string' && partsOf(ip) !== undefined)) &&
    isLocale(locale);
  if (!good || at === undefined) return { bad: 'SCHEMA' };
  const user = user_id ?? (device_id === undefined ? undefined : `device:${String(device_id)}`);
  if (user === undefined) return { bad: 'NO_IDENTITY' };
  if (at > kafkaTime + CLOCK_TOLERANCE_MS) return { bad: 'FUTURE_TIMESTAMP' };
  const type = String(device_type).toLowerCase();
  const address = (ip as string | undefined) ?? null;
  return {
    encoding: payload.encoding,
    login: {
      user_id: user as string,
      app_version: app_version as string,
      ip: address === null || storeFullIp ? address : networkOf(address),
      locale: locale as string,
      device_id: (device_id as string | undefined) ?? null,
      device_type: DEVICE_TYPES.includes(type) ? type : 'other',
      at,
    },
  };
}

/** U+FFFD is what a decoder makes of bytes that are no UTF-8. */
function isText(value: unknown, most: number): value is string {
  return isName(value) && value.length <= most && !value.includes('\ufffd');
}

/** Language, then script, then region, the last two as they like; a bare region looks like a language. */
function isLocale(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [language = '', ...rest] = value.split(/[-_]/);
  if (!LETTERS.test(language) || language.length < 2 || language.length > 3) return false;
  if (rest[0]?.length === 4 && LETTERS.test(rest[0])) rest.shift();
  const [region, ...more] = rest;
  if (more.length > 0) return false;
  return region === undefined || (region.length === 2 && LETTERS.test(region)) || /^\d{3}$/.test(region);
}

function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > LAST_MS) return undefined;
  return value < FIRST_MS ? value * 1000 : value;
}
