import { checkOnce, type OnceResult } from '../../checks/once.ts';
import type { Findings } from '../../findings.ts';
import { LOGINS_PROCESSED } from '../../topics.ts';
import { objectOf } from '../../truth/json.ts';
import { type LogRecord, sourceOf, type TopicLog } from '../../world.ts';
import { fieldAtFault } from './field-at-fault.ts';
import type { GoodLogin, LoginsTruth } from './truth/logins.ts';

/** Each good login is in user-login-processed under its own `source`, keyed by its user, with exactly its fields. */
export function checkProcessed(
  log: TopicLog,
  truth: LoginsTruth,
  isOlder: (source: string) => boolean,
  findings: Findings,
): OnceResult {
  return checkOnce<GoodLogin, LogRecord>(
    {
      place: LOGINS_PROCESSED,
      expected: truth.good,
      stored: log.records.map((record) => [sourceOf(record), record]),
      repeats: 'allowed',
      legal: isOlder,
      difference({ login }, record) {
        const { at, ...fields } = login;
        if (record.key?.toString('utf8') !== login.user_id) return 'the key is not the user_id';
        const form = objectOf(record.value, Number.POSITIVE_INFINITY);
        if ('bad' in form) return `the value is no JSON object (${form.bad})`;
        return fieldAtFault({ ...fields, timestamp: new Date(at).toISOString() }, form.object);
      },
    },
    findings,
  );
}
