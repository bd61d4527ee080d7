import type { Flow, MappingFlow } from '../../contract.ts';

/** How something is: the colour of each part of the page that shows it. */
export type Level = 'ok' | 'warn' | 'bad' | 'unknown';

/** Seconds of lag from which a mapping is marked. */
export const LATE_SECONDS = 10;

export function levelOf({ failing, lag, lagSeconds }: MappingFlow): Level {
  if (failing) return 'bad';
  if (lagSeconds !== null && lagSeconds >= LATE_SECONDS) return 'warn';
  return lag === null ? 'unknown' : 'ok';
}

export function levelOfServer(up: boolean | null): Level {
  return up === null ? 'unknown' : up ? 'ok' : 'bad';
}

/** Mappings that fail, then those that are late, then the others: the worst first. */
export function worstFirst(mappings: Flow['mappings']): MappingFlow[] {
  const rank: Record<Level, number> = { bad: 0, warn: 1, unknown: 2, ok: 2 };
  return mappings.toSorted(
    (a, b) =>
      rank[levelOf(a)] - rank[levelOf(b)] || (b.lagSeconds ?? 0) - (a.lagSeconds ?? 0) || (b.lag ?? 0) - (a.lag ?? 0),
  );
}
