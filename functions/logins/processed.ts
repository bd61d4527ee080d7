import { truncated } from './address.ts';
import type { ValidLogin } from './login.ts';

/** A processed login, with the fields of resources/avro/user_login_processed.avsc. */
export interface ProcessedLogin {
  user_id: string;
  app_version: string;
  ip: string | null;
  locale: string;
  device_id: string | null;
  /** ISO 8601, UTC, with milliseconds */
  timestamp: string;
  device_type: string;
}

export interface Privacy {
  /** false: only the network of `ip` is kept */
  readonly storeFullIp: boolean;
}

/** The symbols of the processed schema's DeviceType. */
const DEVICE_TYPES: ReadonlySet<string> = new Set(['android', 'ios', 'web', 'windows', 'macos', 'linux', 'other']);

export function processedLogin({ login, user, at }: ValidLogin, { storeFullIp }: Privacy): ProcessedLogin {
  const { app_version, ip, locale, device_id } = login;
  return {
    user_id: user,
    app_version,
    ip: ip === null || storeFullIp ? ip : truncated(ip),
    locale,
    device_id,
    timestamp: new Date(at).toISOString(),
    device_type: deviceType(login.device_type),
  };
}

function deviceType(text: string): string {
  const lower = text.toLowerCase();
  return DEVICE_TYPES.has(lower) ? lower : 'other';
}
