import type { FindingGroup, FindingKind } from './findings.ts';

/** One place's count. `stored` is read back from that place; a fault of any kind makes the report not ok. */
export interface Tally {
  expected: number;
  stored: number;
  lost: number;
  duplicated: number;
  /** there once, but not as its input says */
  different: number;
  /** there, and no input says that it should be */
  unexpected: number;
}

/** A store's sum over its routes, and each route: a topic's archive, a table. */
export interface StoreReport extends Tally {
  routes: Record<string, Tally>;
}

/** Delay alerts depend on when the trip was read: they are counted apart from the others. */
export interface DelayReport {
  /** readings whose every possible trip is late, and those of them that raised the alert */
  must: number;
  raised: number;
  /** readings whose every possible trip is in time */
  mustNot: number;
  /** readings for which a trip changed too near to tell */
  either: number;
  /** Delay alerts in the topic, distinct */
  found: number;
}

export interface FleetReport {
  /** records of raw-data-topic that the generator saw acknowledged */
  acknowledged: number;
  /** records that raw-data-topic holds, whoever produced them */
  read: number;
  bad: number;
  /** distinct records of raw-data-topic in its dead-letter topic */
  deadLettered: number;
  alerts: number;
  alertsByKind: Record<string, number>;
  /** bad records by the code of their dead letter, and by what the generator did to them */
  badByCode: Record<string, number>;
  badByCause: Record<string, number>;
  delay: DelayReport;
  trips: { acknowledged: number; read: number };
  topics: Record<string, Tally>;
  /** records stored more than once upstream under one `source` (at least once), each counted once by its readers */
  producedTwice: number;
  stores: Record<string, StoreReport>;
}

export interface DemoReport {
  acknowledged: number;
  read: number;
  deadLettered: number;
  stores: Record<string, StoreReport>;
}

/** In ms. Absent where nothing was measured. */
export interface Percentiles {
  p50: number;
  p99: number;
  max: number;
  samples: number;
}

/** What `npm start -- --report FILE` writes. */
export interface Report extends Record<FindingKind, number> {
  ok: boolean;
  /** how long the generators ran */
  seconds: number;
  seed: number;
  domains: { fleet: FleetReport; demo: DemoReport };
  latencyMs: { alert?: Percentiles; s3?: Percentiles; rds?: Percentiles; dynamodb?: Percentiles };
  lag: { max: number; end: number };
  /** records per second that were acknowledged */
  throughput: { fleet: number; demo: number };
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
