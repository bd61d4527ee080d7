import type { DomainReport } from '../domain-types.ts';
import type { Tally } from '../tally.ts';
import type { FleetFacts, FleetManifest } from './facts.ts';
import type { FleetRows, TABLES, TOPICS } from './places.ts';

/** Delay alerts depend on when the trip was read, so they are counted separately. */
export interface DelayReport {
  /** readings that are late by every possible trip, and how many of them raised the alert */
  must: number;
  raised: number;
  /** readings that are in time by every possible trip */
  mustNot: number;
  /** readings that are late by one possible trip and in time by another, or too near the limit */
  either: number;
  /** distinct Delay alerts in the topic */
  found: number;
  /** good readings of this run, and how many of them may have met more than one trip: they prove little */
  readings: number;
  unsettled: number;
}

export interface FleetReport extends DomainReport {
  bad: number;
  alerts: number;
  alertsByKind: Record<string, number>;
  /** bad records, by the code of their dead letter and by the generator's cause */
  badByCode: Record<string, number>;
  badByCause: Record<string, number>;
  delay: DelayReport;
  trips: { acknowledged: number; read: number };
  topics: Record<string, Tally>;
  /** extra copies with the same `source` in the topics, as at-least-once delivery allows; stores count them once */
  producedTwice: number;
}

export interface FleetTypes {
  report: FleetReport;
  manifest: FleetManifest;
  facts: FleetFacts;
  rows: FleetRows;
  topic: keyof typeof TOPICS;
  table: keyof typeof TABLES;
}
