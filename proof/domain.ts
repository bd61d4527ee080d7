import type { Findings } from './findings.ts';
import type { ReportFacts } from './input.ts';
import type { Latencies, StoreReport } from './tally.ts';
import type { World } from './world.ts';

/** What is reported of every domain. */
export interface DomainReport {
  /** records of its input topic that the generator saw acknowledged */
  acknowledged: number;
  /** records that its input topic holds, whoever produced them */
  read: number;
  /** distinct records of its input topic in its dead-letter topic */
  deadLettered: number;
  stores: Record<string, StoreReport>;
}

/** What a domain is judged by. */
export interface Subject {
  world: World;
  facts: ReportFacts;
  /** whether retention has removed the record of that name: nothing is known of it */
  isOlder: (source: unknown) => boolean;
  findings: Findings;
}

export interface Judged<R extends DomainReport> {
  report: R;
  /** why the run proves too little of this domain */
  problems: string[];
  latencyMs?: Latencies;
}

/** A domain of the service, as the report sees it. */
export interface Domain<R extends DomainReport> {
  /** Computes from the domain's input topics what must be where, and compares. Pure but for the findings. */
  judge: (subject: Subject) => Judged<R>;
  /** One line or more for a person. @param perSecond the records of the generator */
  describe: (report: R, perSecond: number) => string[];
}
