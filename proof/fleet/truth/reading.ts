import {
  type FormCode,
  isMissing,
  isName,
  isoMs,
  latestEvent,
  objectOfRecord,
  own,
  passedOn,
  pointOf,
} from '../../truth/json.ts';
import type { LogRecord } from '../../world.ts';

/*
 * What a good reading is, stated a second time. This code doesn't import the handlers: the code under test would repeat
 * its own mistakes in the expectation.
 */

/** The codes that the dead letter of a bad reading may carry. */
export type BadCode = FormCode | 'SCHEMA' | 'LOCATION' | 'FUTURE_TIMESTAMP';

/** A reading that must be in every store. `at` is its event time in ms since the epoch. */
export interface Reading {
  vehicleId: string;
  location: string;
  speed?: number;
  fuelLevel?: number;
  temperature?: number;
  timestamp: string;
  latitude: number;
  longitude: number;
  at: number;
}

const LIMIT_BYTES = 64 * 1024;
/** DynamoDB's smallest number above 0: a number nearer to 0 is stored as 0. */
const LEAST = 1e-130;
/** km/h, %, °C */
const MEASURED = { speed: [0, 1000], fuelLevel: [0, 100], temperature: [-100, 200] } as const;

/** Judges a record of raw-data-topic: the reading, or the code that its dead letter must carry. */
export function judgeReading(record: LogRecord): { reading: Reading } | { bad: BadCode } {
  const form = objectOfRecord(record, LIMIT_BYTES);
  if ('bad' in form) return form;
  const field = (name: string) => own(form.object, name);

  const [vehicleId, location, time] = [field('vehicleId'), field('location'), field('timestamp')];
  const at = isoMs(time);
  if (!isName(vehicleId) || typeof location !== 'string' || at === undefined) return { bad: 'SCHEMA' };

  const measured: Pick<Reading, keyof typeof MEASURED> = {};
  for (const [name, [min, max]] of Object.entries(MEASURED)) {
    const number = field(name);
    // -1 means "unknown" in fields that can't be negative.
    if (isMissing(number) || (number === -1 && min === 0)) continue;
    if (typeof number !== 'number' || !(number >= min && number <= max)) return { bad: 'SCHEMA' };
    measured[name as keyof typeof MEASURED] = heldNumber(number);
  }

  const point = pointOf(location);
  if (point === undefined) return { bad: 'LOCATION' };
  if (at > latestEvent(record.timestamp)) return { bad: 'FUTURE_TIMESTAMP' };
  const [latitude, longitude] = [heldNumber(point.latitude), heldNumber(point.longitude)];
  const told = passedOn(time as string, at);
  return { reading: { vehicleId, location, ...measured, timestamp: told, latitude, longitude, at } };
}

function heldNumber(value: number): number {
  return value > -LEAST && value < LEAST ? 0 : value;
}
