import type { DomainReport } from '../domain-types.ts';
import type { Tally } from '../tally.ts';
import type { Encoding, LoginFacts, LoginsManifest } from './facts.ts';
import type { LoginRow, TABLES, TOPICS } from './places.ts';

export interface LoginsReport extends DomainReport {
  bad: number;
  /** good logins by their encoding */
  byEncoding: Record<Encoding, number>;
  /** bad records, by the code of their dead letter and by the generator's cause */
  badByCode: Record<string, number>;
  badByCause: Record<string, number>;
  topics: Record<string, Tally>;
  /** extra copies with the same `source` in the topics, as at-least-once delivery allows; stores count them once */
  producedTwice: number;
}

export interface LoginsTypes {
  report: LoginsReport;
  manifest: LoginsManifest;
  facts: { logins: LoginFacts };
  rows: { logins: LoginRow[] };
  topic: keyof typeof TOPICS;
  table: keyof typeof TABLES;
}
