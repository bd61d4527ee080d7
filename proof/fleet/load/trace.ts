import { distanceKm, type Point } from './geo.ts';
import type { Measurement } from './readings.ts';

/** One fix of a recorded trace; `time` in ms since the epoch. */
export interface Fix extends Point {
  vehicleId: string;
  time: number;
}

/** A fix with its speed (km/h), where the fix before it gives one. */
export interface TraceMeasurement extends Measurement {
  speed?: number;
}

export interface Trace {
  measurements: TraceMeasurement[];
  /** How many fixes have no speed, by reason: for the person who replays the trace. */
  withoutSpeed: { first: number; timeNotLater: number; implausible: number };
}

/** No road vehicle is faster: the receiver jumped. */
const PLAUSIBLE_KMH = 300;

const POINT = /^\s*POINT\s*\(\s*([-+\d.eE]+)\s+([-+\d.eE]+)\s*\)\s*$/i;
const TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)$/;

/**
 * Reads a recorded trace: a JSON array of `{point: "POINT(lon lat)", time, id?}`, time with a zone, e.g.
 * `2014-09-10 06:54:07+0200` or ISO 8601.
 *
 * @param vehicle the vehicle of all fixes; if undefined, each fix's id, otherwise `fallback`
 * @throws Error naming the wrong entry and field
 */
export function parseTrace(
  text: string,
  { vehicle, fallback }: { vehicle?: string | undefined; fallback: string },
): Fix[] {
  const entries = parseArray(text);
  return entries.map((entry, index) => {
    const { point, time, id } = (entry ?? {}) as Record<string, unknown>;
    const vehicleId = vehicle ?? (typeof id === 'string' && id !== '' ? id : fallback);
    return { vehicleId, ...parsePoint(point, index), time: parseTime(time, index) };
  });
}

/**
 * Derives each fix's speed from its vehicle's previous fix: great-circle distance divided by time. A fix has no speed
 * where it is the vehicle's first, where its time isn't later, or where the receiver must have jumped (over 300 km/h).
 */
export function deriveSpeeds(fixes: readonly Fix[]): Trace {
  const withoutSpeed = { first: 0, timeNotLater: 0, implausible: 0 };
  const latest = new Map<string, Fix>();
  const measurements = fixes.map((fix): TraceMeasurement => {
    const before = latest.get(fix.vehicleId);
    latest.set(fix.vehicleId, fix);
    const speed = before && speedBetween(before, fix);
    if (speed !== undefined && speed <= PLAUSIBLE_KMH) return { ...fix, speed };
    withoutSpeed[!before ? 'first' : speed === undefined ? 'timeNotLater' : 'implausible']++;
    return fix;
  });
  return { measurements, withoutSpeed };
}

/** When a measurement is sent (ms after the start of the replay); its `time` is the event time. */
export interface Replayed {
  afterMs: number;
  measurement: TraceMeasurement;
}

/**
 * Schedules a trace, `speedup` times as fast as it was recorded. Event times keep their distances, because speeds
 * follow from them. With `shift` all are moved by the same time, so that the last fix is sent at its event time: no
 * event time is in the future, and without a speedup every fix is sent at its event time.
 *
 * @param start when the replay starts, ms since the epoch
 * @param speedup 1 or more
 */
export function schedule(
  measurements: readonly TraceMeasurement[],
  { start, speedup, shift }: { start: number; speedup: number; shift: boolean },
): Replayed[] {
  const times = measurements.map(({ time }) => time);
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const by = shift ? start + (last - first) / speedup - last : 0;
  let afterMs = 0;
  return measurements.map((measurement) => {
    // A fix that was recorded out of order is sent in the order of the file.
    afterMs = Math.max(afterMs, (measurement.time - first) / speedup);
    return { afterMs, measurement: { ...measurement, time: Math.floor(measurement.time + by) } };
  });
}

function speedBetween(before: Fix, fix: Fix): number | undefined {
  const hours = (fix.time - before.time) / 3_600_000;
  return hours > 0 ? distanceKm(before, fix) / hours : undefined;
}

function parseArray(text: string): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new Error('the trace is not JSON', { cause });
  }
  if (!Array.isArray(parsed) || parsed.length === 0) {
    throw new Error('the trace must be a JSON array of {"point": "POINT(lon lat)", "time": "…"}, with one fix or more');
  }
  return parsed;
}

function parsePoint(point: unknown, index: number): Point {
  const match = typeof point === 'string' ? POINT.exec(point) : null;
  const [longitude, latitude] = [Number(match?.[1]), Number(match?.[2])];
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { latitude, longitude };
  throw new Error(`fix ${index}: point must be "POINT(lon lat)" in degrees, not ${JSON.stringify(point)}`);
}

function parseTime(time: unknown, index: number): number {
  const [, date, clock, zone] = (typeof time === 'string' && TIME.exec(time)) || [];
  const parsed = zone === undefined ? Number.NaN : Date.parse(`${date}T${clock}${isoZone(zone)}`);
  if (Number.isFinite(parsed)) return parsed;
  throw new Error(`fix ${index}: time must have a zone, as in "2014-09-10 06:54:07+0200", not ${JSON.stringify(time)}`);
}

/** "+0200" and "+02" as "+02:00". */
function isoZone(zone: string): string {
  return zone === 'Z' ? zone : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
}
