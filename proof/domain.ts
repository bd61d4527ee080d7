import type { Columns, DomainReport, DomainTypes, StoredTopic, TopicRow } from './domain-types.ts';
import type { Findings } from './findings.ts';
import type { ReportFacts } from './input.ts';
import type { Latencies } from './latency/percentiles.ts';
import type { World } from './world.ts';

/** What a domain is judged by. */
export interface Subject {
  world: World;
  facts: ReportFacts;
  /** whether retention has removed the record with this `source`, so that nothing is known about it */
  isOlder: (source: unknown) => boolean;
  /** whether a good record may have a dead letter: nothing is known about it, or a store refused it and it was redriven */
  mayBeDead: (name: string) => boolean;
  findings: Findings;
}

export interface Judged<R extends DomainReport> {
  report: R;
  /** why the run proves too little about this domain */
  problems: string[];
  latencyMs?: Latencies;
}

/** A domain of the service, as the report sees it. */
export interface Domain<T extends DomainTypes> {
  topics: Readonly<Record<T['topic'], TopicRow>>;
  storedTopics?: readonly StoredTopic[];
  /** the logical ids of its DynamoDB tables */
  tables: Readonly<Record<T['table'], string>>;
  /** its PostgreSQL tables, and what to read from each */
  columns: Readonly<Record<keyof T['rows'], Columns>>;
  /**
   * Computes from the domain's input topics what must be where, and compares it with the stores. Pure, except that it
   * adds to `findings`.
   */
  judge: (subject: Subject) => Judged<T['report']>;
  /** One line or more for a person. @param perSecond acknowledged records per second */
  describe: (report: T['report'], perSecond: number) => string[];
}
