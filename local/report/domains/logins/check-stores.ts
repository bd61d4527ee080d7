import { createHash } from 'node:crypto';
import { checkOnce } from '../../checks/once.ts';
import type { Findings } from '../../findings.ts';
import type { Tally } from '../../tally.ts';
import { newestByKey, versionOf } from '../../truth/version.ts';
import type { Item, Items, LoginRow, Rows } from '../../world.ts';
import type { LoginFacts } from './facts.ts';
import { fieldAtFault } from './field-at-fault.ts';
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
        // PostgreSQL writes an address in its own way.
        if (!sameAddress(ip, stored)) return 'ip differs';
        return fieldAtFault({ ...fields, event_time: at }, { ...found, event_time: event_time.getTime() });
      },
    },
    findings,
  );
}

/** Each user's item, or each device's, is its newest login, by event time, then by place. */
export function checkLatest(
  items: Items,
  by: 'user_id' | 'device_id',
  truth: LoginsTruth,
  { retentionDays }: LoginFacts,
  isOlder: (source: unknown) => boolean,
  findings: Findings,
): Tally {
  const table = by === 'user_id' ? 'users' : 'devices';
  const own = [...truth.good.values()].filter(({ login }) => login[by] !== null);
  const version = ({ login, record }: GoodLogin) => versionOf(login.at, record);
  return checkOnce<GoodLogin, Item>(
    {
      place: `dynamodb ${table}`,
      expected: newestByKey(own, ({ login }) => nameOf(by, login[by]), version),
      stored: items[table].map((item) => [nameOf(by, item[by]), item]),
      legal: (_, { source }) => isOlder(source),
      difference(good, item) {
        const { at, ...fields } = good.login;
        return fieldAtFault(
          {
            ...fields,
            version: version(good),
            source: good.source,
            eventTime: new Date(at).toISOString(),
            expiresAt: expiry(at, good.record.timestamp, retentionDays, item['expiresAt']),
          },
          item,
        );
      },
    },
    findings,
  );
}

/** In seconds; of a login that was past its retention when it came, any moment from then on that is past as well. */
function expiry(at: number, arrived: number, retentionDays: number, stored: unknown): number {
  const due = Math.floor(at / 1000) + retentionDays * DAY_SECONDS;
  const came = Math.floor(arrived / 1000);
  const isPast = typeof stored === 'number' && stored >= Math.max(due, came) && stored <= Date.now() / 1000;
  return due <= Date.now() / 1000 && isPast ? stored : Math.max(due, came);
}

/** A name for findings: a device's id is personal data, and stays out of them. */
function nameOf(by: 'user_id' | 'device_id', id: unknown): string {
  const text = String(id);
  const isDevice = by === 'device_id' || text.startsWith('device:');
  return isDevice ? `device ${createHash('sha256').update(text).digest('hex').slice(0, 16)}` : text;
}
