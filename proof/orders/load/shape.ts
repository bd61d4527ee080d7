import { createRandom } from '../../load/random.ts';

/** Orders per second, at night and at the peak. */
const QUIET = 10;
const BUSY = 50;
/** A day of the shop takes this many seconds; a run starts in its morning. */
const DAY_SECONDS = 240;
const MORNING = 0.3;
/** A burst of orders, as after a newsletter: a share of the slots (of seconds) has the peak rate. */
const SLOT_SECONDS = 5;
const BURST_SHARE = 0.15;

/**
 * Orders per second, by the seconds since the start: 10 to 50, along a daily curve with a quiet night and with bursts.
 * The same seed gives the same curve.
 */
export function dailyRate(seed: number): (seconds: number) => number {
  return (seconds) => {
    const slot = createRandom(seed, Math.floor(seconds / SLOT_SECONDS));
    if (slot.chance(BURST_SHARE)) return BUSY;
    const day = 0.5 - 0.5 * Math.cos(2 * Math.PI * (seconds / DAY_SECONDS + MORNING));
    const noise = slot.between(-0.1, 0.1);
    return QUIET + (BUSY - QUIET) * Math.min(1, Math.max(0, 0.8 * day + noise));
  };
}
