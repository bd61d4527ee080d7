import { ALERT_KINDS } from '#proof/fleet/truth/alerts.ts';
import { UsageError } from '../command.ts';

/** The filters of `npm run alerts`. */
export interface AlertQuery {
  readonly vehicle?: string | undefined;
  readonly kind?: string | undefined;
  /** ms since the epoch */
  readonly since: number;
  readonly box?: Box | undefined;
}

/** The sides of the box, in degrees. */
export interface Box {
  readonly south: number;
  readonly west: number;
  readonly north: number;
  readonly east: number;
}

/** The query in OpenSearch's query language. */
export function queryOf({ vehicle, kind, since, box }: AlertQuery): object {
  return {
    bool: {
      filter: [
        { range: { eventTime: { gte: new Date(since).toISOString() } } },
        ...(vehicle === undefined ? [] : [{ term: { vehicleId: vehicle } }]),
        ...(kind === undefined ? [] : [{ term: { alert: kind } }]),
        ...(box === undefined ? [] : [{ geo_bounding_box: { location: cornersOf(box) } }]),
      ],
    },
  };
}

function cornersOf({ south, west, north, east }: Box): object {
  return { top_left: { lat: north, lon: west }, bottom_right: { lat: south, lon: east } };
}

/** The aggregations of `--by`. */
export const counts = {
  kind: { terms: { field: 'alert', size: 100 } },
  vehicle: { terms: { field: 'vehicleId', size: 100 } },
  minute: { date_histogram: { field: 'eventTime', fixed_interval: '1m', min_doc_count: 1 } },
} as const;

export type CountedBy = keyof typeof counts;

/** Reads a kind of alert. A misspelt one would find nothing. */
export function kindOf(text: string): string {
  if (ALERT_KINDS.some((kind) => kind === text)) return text;
  throw new UsageError(`--kind takes ${ALERT_KINDS.join(', ')}, not "${text}"`);
}

const MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads a moment: `90s`, `15m`, `1h` or `7d` before now, or a time in ISO 8601.
 * @param option for the error
 * @returns ms since the epoch
 */
export function momentOf(text: string, now: number, option = 'since'): number {
  const span = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (span) return now - Number(span[1]) * MS[span[2] as keyof typeof MS];
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(`--${option} takes 90s, 15m, 1h, 7d or a time in ISO 8601, not "${text}"`);
}

/** Reads `south,west,north,east`, in degrees. */
export function boxOf(text: string): Box {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [south = Number.NaN, west = Number.NaN, north = Number.NaN, east = Number.NaN] = numbers;
  const onEarth = Math.abs(south) <= 90 && Math.abs(north) <= 90 && Math.abs(west) <= 180 && Math.abs(east) <= 180;
  if (numbers.length === 4 && onEarth && south <= north) return { south, west, north, east };
  throw new UsageError(`--box takes south,west,north,east in degrees, with south <= north, not "${text}"`);
}
