import type { BadCause } from './manifest.ts';

/** A cause of bad records, as it is spread among the good ones. */
export interface SpoilCause extends BadCause {
  /** Of a million bytes: made seldom. */
  large?: boolean;
  /** Not possible of the first records of a run. */
  waits?: boolean;
}

/** Decides which records are bad, and in which way. */
export interface Spoiler {
  /**
   * The place in the table of the next record's cause, or undefined where it is to be good.
   * @param possible whether a cause can be made of this very record; where not, the causes behind it go first, and it
   *   comes as soon as it can
   */
  next(possible?: (cause: number) => boolean): number | undefined;
}

/**
 * While each cause comes for the first time, at least this share is bad: even a short run meets every cause. Where some
 * have to wait, the second time comes soon as well.
 */
const FIRST_ROUND_SHARE = 0.1;
const SECOND_ROUND_SHARE = 0.05;

/**
 * Spreads bad records evenly, each cause in turn. Which records are bad depends on nothing but the share and the number
 * of those before them. Large ones come in rounds 1, 2, 4, 8, … alone: every one of them moves as many bytes as 5,000
 * others.
 *
 * @param causes the table of a generator's bad records
 * @param share of all records, 0 to 1; 0 makes none
 */
export function createSpoiler(causes: readonly SpoilCause[], share: number): Spoiler {
  let owed = 0;
  let made = 0;
  const inTurn = rotation(causes);
  const waiting = new Set<number>();
  const early = [FIRST_ROUND_SHARE, ...(causes.some(({ waits }) => waits) ? [SECOND_ROUND_SHARE] : [])];

  function causeOf(possible: (cause: number) => boolean): number | undefined {
    for (const cause of waiting) {
      if (!possible(cause)) continue;
      waiting.delete(cause);
      return cause;
    }
    while (waiting.size < causes.length) {
      const cause = inTurn();
      if (possible(cause)) return cause;
      waiting.add(cause);
    }
    return undefined;
  }

  return {
    next(possible = () => true) {
      owed += share > 0 ? Math.max(share, early[Math.floor(made / causes.length)] ?? 0) : 0;
      if (owed < 1) return undefined;
      owed -= 1;
      made += 1;
      return causeOf(possible);
    },
  };
}

function rotation(causes: readonly SpoilCause[]): () => number {
  let turn = 0;
  const isDue = (candidate: number): boolean => {
    const round = Math.floor(candidate / causes.length) + 1;
    return !causes[candidate % causes.length]?.large || Number.isInteger(Math.log2(round));
  };
  return () => {
    while (!isDue(turn)) turn++;
    return turn++ % causes.length;
  };
}
