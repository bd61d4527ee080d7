import { createHash } from 'node:crypto';
import { fieldAtFault } from '../checks/compare.ts';
import { checkOnce } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import type { Tally } from '../tally.ts';
import { newestByKey, versionOf } from '../truth/version.ts';
import type { Item, Items, Rows } from '../world.ts';
import type { LoginRow } from './places.ts';
import { sameAddress } from './truth/address.ts';
import type { GoodLogin, LoginsTruth } from './truth/logins.ts';

const DAY_SECONDS = 86_400;

/** A row of `logins` for each good login. */
export function checkLoginRows(
  { logins }: Rows,
  truth: LoginsTruth,
  isOlder: (source: string) => boolean,
  findings: Findings,
): Tally {
  return checkOnce<GoodLogin, LoginRow>(
    {
      place: 'rds logins',
      expected: truth.good,
      stored: logins.map((row) => [row.source, row]),
      legal: isOlder,
      difference({ login }, row) {
        const { at, ip, ...fields } = login;
        const { source: _, event_time, ip: stored, ...found } = row;
        // PostgreSQL may write the same address differently.
        if (!sameAddress(ip, stored)) return 'ip differs';
        return fieldAtFault({ ...fields, event_time: at }, { ...found, event_time: Number(event_time) });
      },
    },
    findings,
  );
}

/** What an item's time to live is checked with. */
export interface Retention {
  days: number;
  /** when the stores were read, ms since the epoch */
  readAt: number;
  /** when each good login arrived in user-login-processed, by `source`, ms since the epoch */
  came: ReadonlyMap<string, readonly number[]>;
}

/**
 * Each user's or device's item is its newest login, by event time, then by partition and offset. DynamoDB removes
 * expired items at any time. So where the newest login has expired (an old login can be expired on arrival), there may
 * be no item, or the item of any other login.
 */
export function checkLatest(
  items: Items,
  by: 'user_id' | 'device_id',
  truth: LoginsTruth,
  retention: Retention,
  isOlder: (source: unknown) => boolean,
  findings: Findings,
): Tally {
  const table = by === 'user_id' ? 'users' : 'devices';
  const own = [...truth.good.values()].filter(({ login }) => login[by] !== null);
  const idOf = ({ login }: GoodLogin) => nameOf(by, login[by]);
  const newest = newestByKey(own, idOf, loginVersion);
  const lasting = [...newest].filter(([, good]) => dueOf(good, retention) > retention.readAt / 1000);
  const expired = Map.groupBy(
    own.filter((good) => dueOf(newest.get(idOf(good)) as GoodLogin, retention) <= retention.readAt / 1000),
    idOf,
  );
  return checkOnce<GoodLogin, Item>(
    {
      place: `dynamodb ${table}`,
      expected: new Map(lasting),
      stored: items[table].map((item) => [nameOf(by, item[by]), item]),
      legal: (id, item) =>
        isOlder(item['source']) ||
        (expired.get(id) ?? []).some((good) => itemFault(good, item, retention) === undefined),
      difference: (good, item) => itemFault(good, item, retention),
    },
    findings,
  );
}

const loginVersion = ({ login, record }: GoodLogin) => versionOf(login.at, record);

/** When a login expires, in seconds since the epoch, if it isn't expired on arrival. */
function dueOf({ login }: GoodLogin, { days }: Retention): number {
  return Math.floor(login.at / 1000) + days * DAY_SECONDS;
}

function itemFault(good: GoodLogin, { expiresAt, ...item }: Item, retention: Retention): string | undefined {
  const { at, ...fields } = good.login;
  const known = Object.entries(fields).filter(([, value]) => value !== null);
  const wanted = { version: loginVersion(good), source: good.source, eventTime: new Date(at).toISOString() };
  return fieldAtFault({ ...Object.fromEntries(known), ...wanted }, item) ?? expiryFault(good, expiresAt, retention);
}

/** An item expires when its login is due. A login that was overdue on arrival expires at that moment. */
function expiryFault(good: GoodLogin, expiresAt: unknown, retention: Retention): string | undefined {
  const due = dueOf(good, retention);
  const came = retention.came.get(good.source) ?? [];
  const right = came.map((ms) => Math.max(due, Math.floor(ms / 1000)));
  // Retention has removed the processed record: then the arrival is unknown, but not before the login's record.
  const first = Math.max(due, Math.floor(good.record.timestamp / 1000));
  const isUnknown = came.length === 0 && Number(expiresAt) >= first && Number(expiresAt) <= retention.readAt / 1000;
  return right.some((seconds) => seconds === expiresAt) || expiresAt === first || isUnknown
    ? undefined
    : 'expiresAt differs';
}

/** A name for findings. A device's id is personal data, so its hash is used instead. */
function nameOf(by: 'user_id' | 'device_id', id: unknown): string {
  const text = String(id);
  const isDevice = by === 'device_id' || text.startsWith('device:');
  return isDevice ? `device ${createHash('sha256').update(text).digest('hex').slice(0, 16)}` : text;
}
