import { fieldAtFault } from '../checks/compare.ts';
import { checkOnce, type OnceResult } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import { type LogRecord, sourceOf, type TopicLog } from '../world.ts';
import type { LoginFacts } from './facts.ts';
import { LOGINS_PROCESSED } from './places.ts';
import type { GoodLogin, LoginsTruth } from './truth/logins.ts';
import { processedFields } from './truth/processed.ts';

/** Each good login is in user-login-processed with its `source`, its user as the key, and exactly its fields. */
export function checkProcessed(
  log: TopicLog,
  truth: LoginsTruth,
  facts: LoginFacts,
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
        const found = processedFields(record.value, facts);
        if ('bad' in found) return `the value is not a login (${found.bad})`;
        return fieldAtFault({ ...fields, timestamp: new Date(at).toISOString() }, found.fields);
      },
    },
    findings,
  );
}
