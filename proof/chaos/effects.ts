import type { ChaosFacts } from './facts.ts';

/** When a reading was produced, and how long after that its alert arrived: ms since the epoch, and ms. */
export interface LatencySample {
  produced: number;
  took: number;
}

/** What a strike did. */
export interface StrikeEffect {
  /** seconds from the first look at the lag */
  at: number;
  kind: string;
  with: Readonly<Record<string, string | number>>;
  /** from its beginning until the part that was hit worked again */
  seconds: number;
  lag: { before: number; most: number };
  /**
   * Seconds from its end until no more records waited than before it, or than come in one second; null where the next
   * strike or the end of the run came first.
   */
  recovered: number | null;
  /** of alerts of readings that were produced during the strike: the largest latency in ms; null without an alert */
  alertMs: number | null;
}

/** @param latencies of all alerts of the run */
export function effectsOf({ struck, lags, rate }: ChaosFacts, latencies: readonly LatencySample[]): StrikeEffect[] {
  const start = lags[0]?.at ?? 0;
  return struck.map(({ planned, began, ended }, index) => {
    const next = struck[index + 1]?.began ?? Number.POSITIVE_INFINITY;
    const before = lags.findLast(({ at }) => at <= began)?.lag ?? 0;
    const after = lags.filter(({ at }) => at > ended);
    const calm = Math.max(before, rate);
    const back = after.find(({ lag }) => lag <= calm);
    const until = Math.min(back?.at ?? Number.POSITIVE_INFINITY, Math.max(next, ended));
    const most = Math.max(before, ...lags.filter(({ at }) => at > began && at <= until).map(({ lag }) => lag));
    const took = latencies.filter(({ produced }) => produced >= began && produced <= ended).map((one) => one.took);
    return {
      at: Math.round((began - start) / 1000),
      kind: planned.kind,
      with: planned.with,
      seconds: seconds(ended - began),
      lag: { before, most },
      recovered: back === undefined || back.at > Math.max(next, ended) ? null : seconds(back.at - ended),
      alertMs: took.length === 0 ? null : Math.max(...took),
    };
  });
}

const seconds = (ms: number) => Math.round(ms / 100) / 10;
