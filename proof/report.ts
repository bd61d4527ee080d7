import type { DomainReports } from './domains.ts';
import type { FindingGroup, FindingKind } from './findings.ts';
import type { Latencies } from './tally.ts';
import type { DomainName } from './topics.ts';

/** What `npm start -- --report FILE` writes. */
export interface Report extends Record<FindingKind, number> {
  ok: boolean;
  /** how long the generators ran */
  seconds: number;
  seed: number;
  domains: DomainReports;
  latencyMs: Latencies;
  lag: { max: number; end: number };
  /** records per second that were acknowledged */
  throughput: Record<DomainName, number>;
  startSeconds: number;
  /** how long reading back and checking took */
  reconcileSeconds: number;
  /** `store: why` */
  notRun: string[];
  /** why the run proves nothing, though no record is at fault: an unread store, a kind of alert that never came, … */
  problems: string[];
  /** every fault, by place and kind, with the first ids of each */
  findings: FindingGroup[];
}
