import type { Deadline } from '../deadline.ts';
import type { ProductMetric } from './state/metric.ts';

/** What one invocation did, for its log line and metrics. */
export interface WindowCounts {
  /** orders counted */
  applied: number;
  /** orders that were already counted */
  duplicates: number;
  /** orders refused as late */
  late: number;
  /** results produced */
  results: number;
  /** results of a window and product that already had one */
  corrections: number;
  /** windows closed, counted per partition */
  closed: number;
  /** the longest time from a closed window's end until now, in ms of wall clock */
  latenessMs: number;
  /** writes refused because another worker had written since the read */
  conflicts: number;
  /** writes of states, by counting or by closing */
  stateWrites: number;
  /** bytes of these writes */
  stateBytes: number;
  /** writes of stream time and open windows */
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
   * Produces results. Returns when all in-sync replicas have them.
   * @throws TransientError if that fails
   */
  publish(metrics: readonly ProductMetric[]): Promise<void>;
  readonly counts: WindowCounts;
}
