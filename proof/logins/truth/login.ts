import { hasTooManyHeaders, isMissing, isName, latestEvent, own } from '../../truth/json.ts';
import type { LogRecord } from '../../world.ts';
import type { Encoding, LoginFacts } from '../facts.ts';
import { bareAddress, networkOf } from './address.ts';
import { type PayloadCode, payloadOf } from './payload.ts';

/*
 * What a good login is, stated a second time. This code doesn't import the handlers: the code under test would repeat
 * its own mistakes in the expectation.
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

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const DEVICE_TYPES = ['android', 'ios', 'web', 'windows', 'macos', 'linux'];
/** The unit of a number, by its size: seconds, milliseconds, microseconds, nanoseconds; `ms` is the unit in ms. */
const UNITS = [
  { below: 100_000_000_000, ms: 1_000 },
  { below: 100_000_000_000_000, ms: 1 },
  { below: 100_000_000_000_000_000, ms: 1 / 1_000 },
  { below: Number.POSITIVE_INFINITY, ms: 1 / 1_000_000 },
];

/** Judges a record of user-login: the login, or the code that its dead letter must carry. */
export function judgeLogin(
  record: LogRecord,
  { schemas, storeFullIp }: LoginFacts,
): { login: Login; encoding: Encoding } | { bad: BadCode } {
  if (hasTooManyHeaders(record)) return { bad: 'TOO_MANY_HEADERS' };
  const payload = payloadOf(record.value, schemas);
  if ('bad' in payload) return payload;
  const sent = (field: string): unknown => {
    const found = own(payload.fields, field);
    return isMissing(found) ? undefined : found;
  };
  /** A field that is for information only: a value of another form counts as missing. */
  const told = (field: string, otherwise: string): string => {
    const found = sent(field);
    return isText(found, 64) ? found : otherwise;
  };
  const { user_id, app_version, ip, locale, device_id, device_type } = {
    user_id: sent('user_id'),
    app_version: told('app_version', 'unknown'),
    ip: sent('ip'),
    locale: told('locale', 'und'),
    device_id: sent('device_id'),
    device_type: told('device_type', 'other'),
  };
  const at = timeOf(sent('timestamp'));
  const address = typeof ip === 'string' ? bareAddress(ip) : undefined;
  const good =
    (user_id === undefined || (isText(user_id, 128) && !user_id.startsWith('device:'))) &&
    (device_id === undefined || isText(device_id, 128)) &&
    (ip === undefined || address !== undefined);
  if (!good || at === undefined) return { bad: 'SCHEMA' };
  const user = user_id ?? (device_id === undefined ? undefined : `device:${String(device_id)}`);
  if (user === undefined) return { bad: 'NO_IDENTITY' };
  if (at > latestEvent(record.timestamp)) return { bad: 'FUTURE_TIMESTAMP' };
  const type = device_type.toLowerCase();
  return {
    encoding: payload.encoding,
    login: {
      user_id: user as string,
      app_version,
      ip: address === undefined || storeFullIp ? (address ?? null) : networkOf(address),
      locale,
      device_id: (device_id as string | undefined) ?? null,
      device_type: DEVICE_TYPES.includes(type) ? type : 'other',
      at,
    },
  };
}

/** A decoder writes U+FFFD for bytes that aren't UTF-8. */
function isText(value: unknown, most: number): value is string {
  return isName(value) && value.length <= most && !value.includes('\ufffd');
}

function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) return undefined;
  const unit = UNITS.find(({ below }) => value < below) ?? { ms: Number.NaN };
  const ms = unit.ms < 1 ? Math.floor(value / Math.round(1 / unit.ms)) : value * unit.ms;
  return ms <= LAST_MS ? ms : undefined;
}
