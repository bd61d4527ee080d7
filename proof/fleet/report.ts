import type { DomainReport } from '../domain.ts';
import type { Tally } from '../tally.ts';

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
  /** good readings of this run, and those that may have met more than one trip: of these little is proven */
  readings: number;
  unsettled: number;
}

export interface FleetReport extends DomainReport {
  bad: number;
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
}
