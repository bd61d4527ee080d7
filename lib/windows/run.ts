import type { Deadline } from '../deadline.ts';
import type { ProductMetric } from './state/metric.ts';

/** What one invocation did, for its log line and metrics. */
export interface WindowCounts {
  /** orders counted */
  applied: number;
  /** orders that were counted before */
  duplicates: number;
  /** orders refused as late */
  late: number;
  /** results produced */
  results: number;
  /** results of a window and product that had one already */
  corrections: number;
  /** windows of a partition closed */
  closed: number;
  /** ms of wall clock from a closed window's end until now, the most of them */
  latenessMs: number;
  /** writes refused, as another worker had written since */
  conflicts: number;
  /** of states, by orders or by closing */
  stateWrites: number;
  /** of those */
  stateBytes: number;
  /** of stream time and open windows */
  progressWrites: number;
}

export function noCounts(): WindowCounts {
  return {
    applied: 0,
    duplicates: 0,
    late: 0,
    results: 0,
    corrections: 0,
    closed: 0,
    latenessMs: 0,
    conflicts: 0,
    stateWrites: 0,
    stateBytes: 0,
    progressWrites: 0,
  };
}

/** What belongs to one invocation. */
export interface Run {
  readonly deadline: Deadline;
  /** wall clock, in ms */
  readonly now: number;
  /**
   * Produces results; returns when all in-sync replicas have them.
   * @throws TransientError where that can't be had
   */
  publish(metrics: readonly ProductMetric[]): Promise<void>;
  readonly counts: WindowCounts;
}
