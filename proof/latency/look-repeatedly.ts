import { setTimeout as sleep } from 'node:timers/promises';

/** How far a sample may be late, and how often a store is asked. */
const EVERY_MS = 200;

/**
 * Looks five times a second until the end is asked for. A store that doesn't answer now is asked again: this is a
 * measurement, its absence is seen in the report.
 * @returns ends it; resolves when the last look is done
 */
export function lookRepeatedly(look: () => Promise<void>): () => Promise<void> {
  const stopping = new AbortController();
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch(() => {});
      await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  return async () => {
    stopping.abort();
    await looking;
  };
}
