import type { BadCause } from '../manifest.ts';

/** A cause of bad records, with what decides how often it occurs. */
export interface SpoilCause extends BadCause {
  /** About a million bytes, so it is made rarely. */
  large?: boolean;
  /** Not possible for the first records of a run. */
  waits?: boolean;
}

/** Decides which records are bad, and in which way. */
export interface Spoiler {
  /**
   * The index of the next record's cause in the table, or undefined where the record must be good.
   * @param possible whether this record can have a cause. If not, later causes go first, and the cause comes as soon as
   *   it is possible.
   */
  next(possible?: (cause: number) => boolean): number | undefined;
}

/**
 * While each cause comes for the first time, at least this share is bad, so that even a short run has every cause.
 * Where some causes have to wait, the second round has a minimum share too.
 */
const FIRST_ROUND_SHARE = 0.1;
const SECOND_ROUND_SHARE = 0.05;

/** A share of records, 0 to 1. One that may change while the load runs is a function. */
export type Share = number | (() => number);

/**
 * Distributes bad records evenly, with each cause in turn. Which records are bad depends only on the share and on the
 * number of records before them. Large ones come only in rounds 1, 2, 4, 8, …: each has as many bytes as 5,000 others.
 *
 * @param causes the table of a generator's bad records
 * @param share of all records, 0 to 1; 0 makes none
 */
export function createSpoiler(causes: readonly SpoilCause[], share: Share): Spoiler {
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
      const now = typeof share === 'function' ? share() : share;
      owed += now > 0 ? Math.max(now, early[Math.floor(made / causes.length)] ?? 0) : 0;
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
