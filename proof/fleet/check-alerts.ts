import { fieldDifference } from '../checks/compare.ts';
import { checkOnce, type OnceResult } from '../checks/once.ts';
import type { Findings } from '../findings.ts';
import { objectOf } from '../truth/json.ts';
import { headerOf, type LogRecord, sourceOf, type TopicLog } from '../world.ts';
import type { Thresholds } from './facts.ts';
import { ALERTS } from './places.ts';
import { type AlertValue, DELAY, thresholdOf } from './truth/alerts.ts';
import type { FleetTruth, GoodReading } from './truth/fleet.ts';

/** An alert that stores must hold, with each copy of its value (a Delay that was produced twice has several). */
export interface ExpectedAlert {
  source: string;
  /** the `source` of its reading */
  of: string;
  values: AlertValue[];
}

export interface AlertsResult {
  tally: OnceResult;
  /** the alerts that follow from a reading alone, by `source` */
  expected: Map<string, ExpectedAlert>;
  /** records of the topic whose `source` ends with Delay */
  delays: LogRecord[];
}

/** Speeding, LowFuel and Temperature: exactly the alerts that the readings imply, with exactly their fields. */
export function checkAlerts(
  log: TopicLog,
  truth: FleetTruth,
  thresholds: Thresholds,
  findings: Findings,
): AlertsResult {
  const expected = new Map<string, ExpectedAlert>();
  for (const { source: of, alerts } of truth.good.values()) {
    for (const value of alerts)
      expected.set(`${of}/${value.alert}`, { source: `${of}/${value.alert}`, of, values: [value] });
  }
  const [delays, others] = [[] as LogRecord[], [] as LogRecord[]];
  for (const record of log.records) (sourceOf(record).endsWith(`/${DELAY}`) ? delays : others).push(record);

  const tally = checkOnce<ExpectedAlert, LogRecord>(
    {
      place: ALERTS,
      expected,
      stored: others.map((record) => [sourceOf(record), record]),
      repeats: 'allowed',
      legal: (source) => truth.isOlder(source),
      difference: ({ of, values: [value] }, record) =>
        alertDifference(value as AlertValue, record) ??
        alertHeadersFault(record, truth.good.get(of) as GoodReading, value as AlertValue, truth, thresholds),
    },
    findings,
  );
  return { tally, expected, delays };
}

function alertDifference(value: AlertValue, record: LogRecord): string | undefined {
  if (record.key?.toString('utf8') !== value.vehicleId) return 'the key is not the vehicleId';
  const form = objectOf(record.value, Number.POSITIVE_INFINITY);
  return 'bad' in form ? `the value is not a JSON object (${form.bad})` : fieldDifference(value, form.object);
}

/**
 * The headers of an alert tell where its vehicle was, which limit was passed, and a trip that the vehicle can have had.
 */
export function alertHeadersFault(
  record: LogRecord,
  { reading, record: raw }: GoodReading,
  value: AlertValue,
  truth: FleetTruth,
  thresholds: Thresholds,
): string | undefined {
  const wanted = {
    location: `${reading.latitude},${reading.longitude}`,
    threshold: String(thresholdOf(value, thresholds)),
  };
  const found = { location: headerOf(record, 'location'), threshold: headerOf(record, 'threshold') };
  const wrong = fieldDifference(wanted, found);
  if (wrong !== undefined) return `header ${wrong}`;
  const trips = truth.history.possible(reading.vehicleId, raw.timestamp, record.timestamp).map((trip) => trip?.tripId);
  const tripId = headerOf(record, 'tripId');
  const isRight = value.alert === DELAY ? tripId === value['tripId'] : trips.includes(tripId);
  return isRight ? undefined : 'header tripId is no trip that its reading can have had';
}
