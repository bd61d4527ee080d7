import type { BadRecord } from '../../truth/json.ts';
import { mendedIn, sourceFrom } from '../../truth/redriven.ts';
import { type LogRecord, nameOf, type World } from '../../world.ts';
import type { Encoding, LoginFacts } from '../facts.ts';
import { LOGINS, LOGINS_DLQ } from '../places.ts';
import { judgeLogin, type Login } from './login.ts';

/** A good record of user-login. */
export interface GoodLogin {
  source: string;
  record: LogRecord;
  login: Login;
  encoding: Encoding;
}

/** What the topic user-login implies. */
export interface LoginsTruth {
  /** by `source` */
  good: Map<string, GoodLogin>;
  /** by the coordinates of the record */
  bad: Map<string, BadRecord>;
  /** those of the bad ones whose schema came into its registry later */
  mended: ReadonlyMap<string, string>;
}

export function loginsTruth({ topics }: World, facts: LoginFacts): LoginsTruth {
  const good = new Map<string, GoodLogin>();
  const bad = new Map<string, BadRecord>();
  const mended = mendedIn([topics[LOGINS]], [topics[LOGINS_DLQ]], (code) => code === 'UNKNOWN_SCHEMA');
  for (const record of topics[LOGINS].records) {
    const [name, source] = [nameOf(record), sourceFrom(record)];
    const judged = judgeLogin(record, facts);
    const code = 'bad' in judged ? judged.bad : mended.get(name);
    if ('bad' in judged || code !== undefined) bad.set(name, { record, code: code ?? '' });
    else good.set(source, { source, record, ...judged });
  }
  return { good, bad, mended };
}
