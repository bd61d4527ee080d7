import { PROCESSED } from '../fleet/places.ts';
import type { FleetTruth } from '../fleet/truth/fleet.ts';
import type { ReportFacts } from '../input.ts';
import { type Held, headerOf, isUnread, type World } from '../world.ts';
import type { Latencies, Percentiles } from './percentiles.ts';

/**
 * The time in ms from a reading's production (its Kafka timestamp, which its producer sets) until it is available.
 *
 * - alert: until a live consumer has the alert (see {@link watchAlerts}).
 * - s3: until the LastModified of its object of processed-data-topic. S3 keeps whole seconds, some servers
 *   milliseconds: with seconds a sample is up to 1 s too small, but never below 0.
 * - rds: until its row's transaction is committed, by PostgreSQL's commit timestamps. Absent where these aren't kept.
 * - dynamodb: until a read finds the item (see {@link watchVehicles}): 200 ms too large at most, or 1 s if reads are slow.
 * - opensearch: until a search finds the alert (see {@link watchDocuments}): as much too large.
 *
 * If a source occurs twice, its first time counts.
 */
export function latencies(world: World, truth: FleetTruth, samples: ReportFacts['samples']): Latencies {
  const from = (source: string | undefined) => truth.good.get(source ?? '')?.record.timestamp;
  const alerts = firstTimes(samples.alerts.map(({ source, arrived }) => [source, arrived]));
  const vehicles = firstTimes(samples.vehicles.map(({ source, seen }) => [source, seen]));
  const documents = firstTimes(samples.documents.map(({ source, seen }) => [source, seen]));
  const archived = isUnread(world.s3) ? new Map<string, number>() : archiveTimes(world.s3);
  const rows = isUnread(world.rds) ? [] : world.rds.readings;

  const measured = {
    alert: percentiles([...alerts].map(([source, at]) => since(at, from(readingOf(source))))),
    s3: percentiles([...archived].map(([source, at]) => since(at, from(source)))),
    rds: percentiles(rows.map(({ source, committed }) => since(committed?.getTime(), from(source)))),
    dynamodb: percentiles([...vehicles].map(([source, at]) => since(at, from(source)))),
    opensearch: percentiles([...documents].map(([source, at]) => since(at, from(readingOf(source))))),
  };
  return Object.fromEntries(Object.entries(measured).filter(([, found]) => found !== undefined));
}

/** An alert's `source` without its kind. */
function readingOf(source: string): string {
  return source.replace(/\/[^/]*$/, '');
}

function since(to: number | undefined, from: number | undefined): number | undefined {
  return to === undefined || from === undefined ? undefined : Math.max(0, to - from);
}

function firstTimes(entries: Iterable<readonly [string, number]>): Map<string, number> {
  const first = new Map<string, number>();
  for (const [source, at] of entries) first.set(source, Math.min(at, first.get(source) ?? at));
  return first;
}

function archiveTimes(objects: Held['s3']): Map<string, number> {
  return firstTimes(
    objects
      .filter(({ key }) => key.startsWith(`${PROCESSED}/`))
      .flatMap(({ records, lastModified }) =>
        records.map((record) => [headerOf(record, 'source') ?? '', lastModified] as const),
      ),
  );
}

/** Percentiles by the nearest rank: each is a measured value. Undefined where nothing was measured. */
export function percentiles(values: readonly (number | undefined)[]): Percentiles | undefined {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] as number;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: sorted.at(-1) as number, samples: sorted.length };
}
