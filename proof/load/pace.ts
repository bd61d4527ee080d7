/** The time between two batches. A record waits for half of it on average. */
const TICK_MS = 10;
/** After a longer delay (a suspended machine) the rest of the missed records is left out, to avoid a flood. */
const CATCH_UP_MS = 1_000;

export interface Pace {
  /** Settles when the pace has ended: by stop(), after its duration, or with what `make` threw. */
  finished: Promise<void>;
  stop(): void;
}

/** Records per second: a number, or a function of the seconds since the start. */
export type Rate = number | ((seconds: number) => number);

export interface PaceOptions {
  rate: Rate;
  durationSeconds?: number | undefined;
  /** Makes `count` records. @param now ms since the epoch */
  make: (count: number, now: number) => void;
}

/** Asks for records at a constant rate, or at one that changes with time. */
export function startPace({ rate, durationSeconds = Number.POSITIVE_INFINITY, make }: PaceOptions): Pace {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const startedAt = performance.now();
  let before = startedAt;
  let owed = 0;

  const timer = setInterval(() => {
    const now = performance.now();
    const perSecond = typeof rate === 'number' ? rate : rate((now - startedAt) / 1000);
    owed += (Math.min(now - before, CATCH_UP_MS) * perSecond) / 1000;
    before = now;
    const count = Math.floor(owed);
    owed -= count;
    try {
      if (count > 0) make(count, Date.now());
      if (now - startedAt >= durationSeconds * 1000) stop();
    } catch (error) {
      clearInterval(timer);
      reject(error as Error);
    }
  }, TICK_MS);

  function stop() {
    clearInterval(timer);
    resolve();
  }
  return { finished: promise, stop };
}
