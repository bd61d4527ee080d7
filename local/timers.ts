import { setTimeout as wait } from 'node:timers/promises';

/** ms of Node's longest timer: a longer timer ends at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Clock {
  now: () => number;
  wait: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const WALL: Clock = { now: Date.now, wait: (ms, signal) => wait(ms, undefined, { signal }) };

/** Sleeps until a time, however far in the future, or until the signal is aborted. */
export async function sleepUntil(time: number, signal: AbortSignal, clock: Clock = WALL): Promise<void> {
  for (let left = time - clock.now(); left > 0 && !signal.aborted; left = time - clock.now()) {
    await clock.wait(Math.min(left, LONGEST_TIMER_MS), signal).catch(() => undefined);
  }
}
