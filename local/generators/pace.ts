/** Milliseconds between two batches: the mean wait it adds to a record is half of it. */
const TICK_MS = 10;
/** After a longer stall (a suspended machine) what was missed is left out, not made up for in one flood. */
const CATCH_UP_MS = 1_000;

export interface Pace {
  /** Settles when the pace has ended: by stop(), after its duration, or with what `make` threw. */
  finished: Promise<void>;
  stop(): void;
}

export interface PaceOptions {
  /** Records per second. */
  rate: number;
  durationSeconds?: number | undefined;
  /** Makes that many records now (ms since the epoch). */
  make: (count: number, now: number) => void;
}

/** Asks for records at an even rate. */
export function startPace({ rate, durationSeconds = Number.POSITIVE_INFINITY, make }: PaceOptions): Pace {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const startedAt = performance.now();
  let scheduleStart = startedAt;
  let made = 0;

  const timer = setInterval(() => {
    const now = performance.now();
    const due = () => Math.floor(((now - scheduleStart) * rate) / 1000) - made;
    const tooMany = due() - Math.ceil((CATCH_UP_MS * rate) / 1000);
    if (tooMany > 0) scheduleStart += (tooMany * 1000) / rate;
    const count = due();
    try {
      if (count > 0) make(count, Date.now());
      made += Math.max(0, count);
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
