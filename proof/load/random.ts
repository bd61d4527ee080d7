/** A seeded source of random numbers: the same seed gives the same sequence on every machine. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** In [min, max). */
  between(min: number, max: number): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** True with this probability. */
  chance(share: number): boolean;
  /** Normally distributed around 0 with deviation 1. */
  normal(): number;
}

/**
 * mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough for a simulation, but not for cryptography.
 *
 * @param seeds any whole numbers; each combination gives another sequence
 */
export function createRandom(...seeds: number[]): Random {
  let state = seeds.reduce((hash, seed) => Math.imul(hash ^ (seed | 0), 0x9e3779b1) ^ (hash >>> 15), 0x243f6a88);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (min, max) => min + next() * (max - min),
    below: (below) => Math.floor(next() * below),
    chance: (share) => next() < share,
    // Box-Muller; 1 - next() is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}
