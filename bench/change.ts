import { createRandom, type Random } from '#proof/load/random.ts';
import { type Figure, median } from './benchmark.ts';

/** How a figure compares with an earlier one. `unclear`: it can't be told, see {@link Change.why}. */
export type Verdict = 'better' | 'same' | 'worse' | 'unclear';

export interface Change {
  verdict: Verdict;
  /** The new median as a share of the old one. */
  ratio: number;
  /** The interval that holds the true ratio with a probability of 99 %. */
  interval: readonly [number, number];
  /** Why the verdict is unclear. */
  why?: string;
}

/** A smaller change is none: two runs of the same code on a busy machine differ by as much. */
const MARGIN = 0.05;
const RESAMPLES = 2_000;
const CONFIDENCE = 0.99;
const SEED = 1;
/** With fewer rounds, a figure doesn't show its own noise. */
const LEAST_ROUNDS = 3;

/**
 * Tells a change from noise. It draws many pairs of samples from the rounds of both figures, with replacement, and
 * takes the ratio of their medians (percentile bootstrap). The figure has changed only if the interval of 99 % of these
 * ratios is completely above 1.05 or below 0.95. The draws are pseudorandom with a fixed seed: the verdict of the same
 * rounds is always the same.
 */
export function changeOf(before: Figure, after: Figure): Change {
  const ratio = median(after.rounds) / median(before.rounds);
  if (Math.min(before.rounds.length, after.rounds.length) < LEAST_ROUNDS) {
    return { verdict: 'unclear', ratio, interval: [0, Infinity], why: `fewer than ${LEAST_ROUNDS} rounds` };
  }
  if (Math.min(...before.rounds, ...after.rounds) <= 0) {
    return { verdict: 'unclear', ratio, interval: [0, Infinity], why: 'a round is not above 0' };
  }
  const random = createRandom(SEED);
  const ratios = Array.from(
    { length: RESAMPLES },
    () => median(resample(after.rounds, random)) / median(resample(before.rounds, random)),
  ).toSorted((a, b) => a - b);
  const tail = (1 - CONFIDENCE) / 2;
  const at = (share: number) => ratios[Math.round(share * (RESAMPLES - 1))] as number;
  const interval = [at(tail), at(1 - tail)] as const;
  return { verdict: verdictOf(interval, after.better), ratio, interval };
}

function verdictOf([low, high]: readonly [number, number], better: Figure['better']): Verdict {
  if (low > 1 + MARGIN) return better === 'higher' ? 'better' : 'worse';
  if (high < 1 - MARGIN) return better === 'higher' ? 'worse' : 'better';
  return 'same';
}

function resample(values: readonly number[], random: Random): number[] {
  return values.map(() => values[random.below(values.length)] as number);
}
