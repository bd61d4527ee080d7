import { setTimeout as sleep } from 'node:timers/promises';

export interface Watch<T> {
  /** how many samples there are by now */
  seen(): number;
  /** Ends the watching, closes what it has opened, and returns the samples. */
  stop(): Promise<T[]>;
}

/** How often a store is asked, and so the most by which a sample is late. */
const EVERY_MS = 200;

/**
 * Looks five times a second until it is stopped. If a store doesn't answer, the next look asks it again: the report
 * tells where samples are missing.
 * @param look adds to `samples` what it sees for the first time
 */
export function watchRepeatedly<T>(look: (samples: T[]) => Promise<void>, close: () => void | Promise<void>): Watch<T> {
  const samples: T[] = [];
  const stopping = new AbortController();
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      await look(samples).catch(() => {});
      await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
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
