import { setTimeout as sleep } from 'node:timers/promises';

export interface Watch<T> {
  /** how many samples there are by now */
  seen(): number;
  /** Ends the watching, closes what it has opened, and returns the samples. */
  stop(): Promise<T[]>;
}

/** ms between two looks at a store. */
const PAUSE_MS = { least: 200, most: 1_000 };
/** A slow look is followed by a longer pause, so that the watching takes a small share of the store's time. */
const PAUSE_PER_LOOK = 9;

/**
 * Looks up to five times a second until it is stopped. If a store doesn't answer, the next look asks it again: the
 * report tells where samples are missing.
 * @param look adds to `samples` what it sees for the first time
 * @param least ms between two looks at least
 */
export function watchRepeatedly<T>(
  look: (samples: T[]) => Promise<void>,
  close: () => void | Promise<void>,
  least: number = PAUSE_MS.least,
): Watch<T> {
  const samples: T[] = [];
  const stopping = new AbortController();
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      const began = performance.now();
      await look(samples).catch(() => {});
      const pause = Math.max(least, Math.min(PAUSE_PER_LOOK * (performance.now() - began), PAUSE_MS.most));
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  return {
    seen: () => samples.length,
    async stop() {
      stopping.abort();
      await looking;
      await close();
      return samples;
    },
  };
}
