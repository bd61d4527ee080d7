import { fieldDifference } from '../checks/compare.ts';
import { checkOnce, type OnceResult } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import { isoMs, objectOf } from '../truth/json.ts';
import { type LogRecord, sourceOf } from '../world.ts';
import { alertHeadersFault, type ExpectedAlert } from './check-alerts.ts';
import type { ProcessedCopy } from './check-processed.ts';
import type { Thresholds } from './facts.ts';
import { ALERTS } from './places.ts';
import type { DelayReport } from './report.ts';
import { type AlertValue, DELAY } from './truth/alerts.ts';
import type { FleetTruth, GoodReading } from './truth/fleet.ts';
import { estimateOf, type Trip } from './truth/trips.ts';

export type Verdict = 'must' | 'mustNot' | 'either';

/** The verdicts' counts. */
type Counts = Omit<DelayReport, 'readings' | 'unsettled'>;

export interface DelayResult {
  report: Counts;
  tally: OnceResult;
  /** by the reading's `source`; readings that never reached processed-data-topic have none */
  verdicts: Map<string, Verdict>;
  /** the right alerts in the topic, by `source`: each must be in each store */
  expected: Map<string, ExpectedAlert>;
}

/** Near the limit, one right estimate may be above it and another below. */
const MARGIN_MS = 2_000;
const ARRIVAL_MS = 1_000;

/** How much later than allowed the estimated arrival is, in ms; negative where it is in time. */
export function lateness(good: GoodReading, trip: Trip | undefined, delayMinutes: number): number {
  if (trip === undefined) return Number.NEGATIVE_INFINITY;
  const planned = isoMs(trip.plannedArrival) as number;
  return estimateOf(good.reading, trip).arrival - planned - delayMinutes * 60_000;
}

/** Whether a reading must raise a Delay alert, given the trips that explain its processed copies. */
export function verdictOf(good: GoodReading, copies: readonly ProcessedCopy[], delayMinutes: number): Verdict {
  const all = copies.flatMap(({ trips }) => trips).map((trip) => lateness(good, trip, delayMinutes));
  if (all.every((late) => late > MARGIN_MS)) return 'must';
  return all.every((late) => late < -MARGIN_MS) ? 'mustNot' : 'either';
}

/**
 * Checks Delay alerts, which depend on when the trip was read. An alert that must exist exists, one that must not exist
 * doesn't, and each existing one follows from a trip that its reading can have had.
 */
export function checkDelays(
  delays: readonly LogRecord[],
  copies: ReadonlyMap<string, ProcessedCopy[]>,
  truth: FleetTruth,
  thresholds: Thresholds,
  findings: Findings,
): DelayResult {
  const { delayMinutes } = thresholds;
  const verdicts = new Map<string, Verdict>();
  for (const [source, own] of copies) {
    verdicts.set(source, verdictOf(truth.good.get(source) as GoodReading, own, delayMinutes));
  }
  const found = new Set(delays.map(sourceOf));
  // Where a reading may or may not raise the alert, an existing alert is expected, so that its content is checked.
  const due = new Map<string, GoodReading>();
  for (const [source, verdict] of verdicts) {
    const id = `${source}/${DELAY}`;
    if (verdict === 'must' || (verdict === 'either' && found.has(id)))
      due.set(id, truth.good.get(source) as GoodReading);
  }

  const expected = new Map<string, ExpectedAlert>();
  const tally = checkOnce<GoodReading, LogRecord>(
    {
      place: `${ALERTS} ${DELAY}`,
      expected: due,
      stored: delays.map((record) => [sourceOf(record), record]),
      repeats: 'allowed',
      legal: (source) => truth.isOlder(source),
      difference(good, record, id) {
        const judged = judgeDelay(good, record, truth, delayMinutes);
        if (typeof judged === 'string') return judged;
        const wrong = alertHeadersFault(record, good, judged, truth, thresholds);
        if (wrong !== undefined) return wrong;
        const values = [...(expected.get(id)?.values ?? []), judged];
        expected.set(id, { source: id, of: good.source, values });
        return undefined;
      },
    },
    findings,
  );
  return { report: reportOf(verdicts, found), tally, verdicts, expected };
}

function judgeDelay(
  good: GoodReading,
  record: LogRecord,
  truth: FleetTruth,
  delayMinutes: number,
): AlertValue | string {
  const { vehicleId, timestamp } = good.reading;
  if (record.key?.toString('utf8') !== vehicleId) return 'the key is not the vehicleId';
  const form = objectOf(record.value, Number.POSITIVE_INFINITY);
  if ('bad' in form) return `the value is not a JSON object (${form.bad})`;

  const { tripId, estimatedArrival, plannedArrival, ...rest } = form.object;
  const wrong = fieldDifference({ vehicleId, alert: DELAY, timestamp }, rest);
  if (wrong !== undefined) return wrong;
  const arrival = isoMs(estimatedArrival) ?? Number.NaN;
  const possible = truth.history.possible(vehicleId, good.record.timestamp, record.timestamp);
  const explained = possible.some(
    (trip) =>
      trip !== undefined &&
      trip.tripId === tripId &&
      trip.plannedArrival === plannedArrival &&
      Math.abs(estimateOf(good.reading, trip).arrival - arrival) <= ARRIVAL_MS &&
      lateness(good, trip, delayMinutes) > -MARGIN_MS,
  );
  return explained ? (form.object as AlertValue) : 'it follows from no trip that its reading can have had';
}

function reportOf(verdicts: ReadonlyMap<string, Verdict>, found: ReadonlySet<string>): Counts {
  const report = { must: 0, raised: 0, mustNot: 0, either: 0, found: found.size };
  for (const [source, verdict] of verdicts) {
    report[verdict]++;
    if (verdict === 'must' && found.has(`${source}/${DELAY}`)) report.raised++;
  }
  return report;
}
