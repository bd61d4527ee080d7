import type { BadCause } from './manifest.ts';

/** A cause of bad records, as it is spread among the good ones. */
export interface SpoilCause extends BadCause {
  /** Of a million bytes: made seldom. */
  large?: boolean;
}

/** Decides which records are bad, and in which way. */
export interface Spoiler {
  /**
   * The place in the table of the next record's cause, or undefined where it is to be good.
   * @param possible whether a cause can be made of this very record; where not, it stays the next one's turn
   */
  next(possible?: (cause: number) => boolean): number | undefined;
}

/** Until each cause was once, at least this share is bad: even a short run meets every cause. */
const FIRST_ROUND_SHARE = 0.1;

/**
 * Spreads bad records evenly, each cause in turn. Large ones come in rounds 1, 2, 4, 8, … alone: every one of them
 * moves as many bytes as 5,000 others.
 *
 * @param causes the table of a generator's bad records
 * @param share of all records, 0 to 1; 0 makes none
 */
export function createSpoiler(causes: readonly SpoilCause[], share: number): Spoiler {
  let owed = 0;
  let turn = 0;
  const isDue = (candidate: number): boolean => {
    const round = Math.floor(candidate / causes.length) + 1;
    return !causes[candidate % causes.length]?.large || Number.isInteger(Math.log2(round));
  };
  return {
    next(possible = () => true) {
      const firstRound = turn < causes.length;
      owed += share > 0 && firstRound ? Math.max(share, FIRST_ROUND_SHARE) : share;
      if (owed < 1) return undefined;
      while (!isDue(turn)) turn++;
      if (!possible(turn % causes.length)) return undefined;
      owed -= 1;
      return turn++ % causes.length;
    },
  };
}
