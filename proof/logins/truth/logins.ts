import type { BadRecord } from '../../truth/json.ts';
import { type LogRecord, nameOf, type World } from '../../world.ts';
import type { Encoding, LoginFacts } from '../facts.ts';
import { LOGINS } from '../places.ts';
import { judgeLogin, type Login } from './login.ts';

/** A good record of user-login. */
export interface GoodLogin {
  source: string;
  record: LogRecord;
  login: Login;
  encoding: Encoding;
}

/** What the topic user-login implies, by the coordinates of the record. */
export interface LoginsTruth {
  good: Map<string, GoodLogin>;
  bad: Map<string, BadRecord>;
}

export function loginsTruth({ topics }: World, facts: LoginFacts): LoginsTruth {
  const good = new Map<string, GoodLogin>();
  const bad = new Map<string, BadRecord>();
  for (const record of topics[LOGINS].records) {
    const source = nameOf(record);
    const judged = judgeLogin(record, facts);
    if ('bad' in judged) bad.set(source, { record, code: judged.bad });
    else good.set(source, { source, record, ...judged });
  }
  return { good, bad };
}
