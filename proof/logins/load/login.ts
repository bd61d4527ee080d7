import { createRandom, type Random } from '../../load/random.ts';

/** A login as an app sends it, without the fields that it doesn't know. */
export interface Login {
  user_id?: string | undefined;
  app_version?: string | undefined;
  ip?: string | undefined;
  locale?: string | undefined;
  device_id?: string | undefined;
  /** since the epoch, in seconds or milliseconds */
  timestamp: number;
  device_type?: string | undefined;
}

export interface LoginsOptions {
  seed: number;
  /** What user ids start with. */
  prefix?: string;
}

const USERS = 2_000;
/** The share of logins from a user's second device; the others come from the phone. */
const SECOND_DEVICE = 0.25;
/** How long a login takes to the broker, in ms. A phone without a network sends it later. */
const ON_ITS_WAY = 400;
const LATE_SHARE = 0.02;
const LATE_MS = 90_000;
/** Shares of logins without a field: an old app, a guest, a user who has switched it off. */
const MISSING = { user_id: 0.03, app_version: 0.04, ip: 0.03, locale: 0.05, device_id: 0.04, device_type: 0.03 };
/** The share of logins with a timestamp in milliseconds. */
const MS_SHARE = 0.3;
const IPV6_SHARE = 0.25;
const MAPPED_SHARE = 0.05;

/** Releases and their shares: most users have the newest two, and some never update. */
const VERSIONS = weighted({ '3.2.1': 40, '3.2.0': 25, '3.1.4': 15, '3.0.0': 8, '2.9.12': 6, '2.3.0': 4, '1.0.0': 2 });
const LOCALES = weighted({
  en_US: 30,
  es_MX: 12,
  pt_BR: 10,
  'de-DE': 8,
  fr_FR: 8,
  hi_IN: 8,
  'zh-Hant-TW': 6,
  ja: 6,
  ar_EG: 4,
  es_419: 3,
  'sr-Latn-RS': 2,
  NE: 2,
  IN: 1,
});
/** As clients write it; the last two are unknown types. */
const DEVICE_TYPES = weighted({
  android: 42,
  ios: 30,
  web: 12,
  windows: 5,
  macos: 4,
  iOS: 2,
  Android: 2,
  linux: 1,
  smart_tv: 1,
  'feature phone': 1,
});

/**
 * Logins to an app: the same seed gives the same logins in the same order; only their times depend on `now`. In a run,
 * a user keeps its devices and its networks, and a device keeps its app version.
 */
export function createLogins({ seed, prefix = 'U' }: LoginsOptions): (now: number) => Login {
  const random = createRandom(seed);
  return (now) => {
    // A few users log in often, most rarely.
    const user = Math.floor(USERS * random.next() ** 2);
    const device = random.chance(SECOND_DEVICE) ? 1 : 0;
    const own = createRandom(seed, user, device);
    const delay = random.chance(LATE_SHARE) ? random.between(0, LATE_MS) : random.between(0, ON_ITS_WAY);
    const ms = Math.floor(now - delay);
    const login: Login = {
      user_id: `${prefix}${String(user).padStart(5, '0')}`,
      app_version: pick(VERSIONS, own),
      ip: addressOf(own, random),
      locale: pick(LOCALES, own),
      device_id: uuidOf(own),
      timestamp: random.chance(MS_SHARE) ? ms : Math.floor(ms / 1000),
      device_type: pick(DEVICE_TYPES, own),
    };
    return leaveOut(login, random);
  };
}

/** Leaves out some fields, but never both user and device: that login would be bad. */
function leaveOut(login: Login, random: Random): Login {
  for (const [field, share] of Object.entries(MISSING) as [keyof typeof MISSING, number][]) {
    const isMissing = random.chance(share);
    if (isMissing && !(field === 'device_id' && login.user_id === undefined)) login[field] = undefined;
  }
  return login;
}

/** An address in the user's network, with a different last part each time. */
function addressOf(own: Random, random: Random): string {
  const host = random.below(0xffff);
  const [a, b, c] = [own.below(223) + 1, own.below(256), own.below(256)];
  const four = `${a}.${b}.${c}.${host & 0xff}`;
  if (own.chance(MAPPED_SHARE)) return `::ffff:${four}`;
  return own.chance(IPV6_SHARE)
    ? `2001:db8:${(a * 256 + b).toString(16)}:${c.toString(16)}::${host.toString(16)}`
    : four;
}

function uuidOf(own: Random): string {
  const hex = Array.from({ length: 32 }, () => own.below(16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

interface Weighted {
  readonly names: readonly string[];
  readonly weights: readonly number[];
  readonly sum: number;
}

function weighted(table: Readonly<Record<string, number>>): Weighted {
  const weights = Object.values(table);
  return { names: Object.keys(table), weights, sum: weights.reduce((sum, weight) => sum + weight, 0) };
}

function pick({ names, weights, sum }: Weighted, random: Random): string {
  let left = random.next() * sum;
  for (const [at, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return names[at] as string;
  }
  return names[0] as string;
}
