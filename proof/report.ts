import type { StrikeEffect } from './chaos/effects.ts';
import type { DomainName, DomainReports } from './domains.ts';
import type { FindingGroup, FindingKind } from './findings.ts';
import type { Latencies } from './latency/percentiles.ts';

/** What `npm start -- --report FILE` writes. */
export interface Report extends Record<FindingKind, number> {
  ok: boolean;
  /** how long the generators ran */
  seconds: number;
  seed: number;
  domains: DomainReports;
  latencyMs: Latencies;
  lag: { max: number; end: number };
  /** acknowledged records per second of the domain's load */
  throughput: Record<DomainName, number>;
  /** what each failure of a chaos run did */
  strikes?: StrikeEffect[];
  startSeconds: number;
  /** how long reading back and checking took */
  reconcileSeconds: number;
  /** `store: why` */
  notRun: string[];
  /**
   * why the run proves too little, though no record is wrong: an unread store, a kind of alert that never occurred, …
   */
  problems: string[];
  /** every fault, by place and kind, with the first ids of each */
  findings: FindingGroup[];
}
