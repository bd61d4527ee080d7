import type { Benchmark, Figure } from '../benchmark.ts';
import { loadedRun } from './start.ts';

/** The option of `npm start` that sets the rate of a domain. */
const DOMAINS = { fleet: '--rate', orders: '--orders', logins: '--logins', demo: '--demo' } as const;
const BROKERS = [1, 3] as const;

/** Records per second that are tried. */
const RATES = [500, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000, 8_000];
const SECONDS = 40;
const LEAST_SECONDS = 15;
/**
 * A rate is sustained if fewer records wait than those of 10 s. A record is read by up to six mappings, which wait up to
 * a second for a batch: so 3 to 7 s of records always wait. If a rate is too high, the lag grows without an end.
 */
const MOST_LAG_SECONDS = 10;
/** Of the asked rate, the share that the generator must reach. */
const LEAST_SHARE = 0.95;

/** The highest of some rates that each domain sustains, alone on this machine, with 1 and with 3 brokers. */
export const highestRate: Benchmark = {
  what: 'runs npm start with one domain at a time: the highest rate that it sustains, with 1 and 3 brokers (30 min)',
  async run(scale, signal) {
    const seconds = Math.max(LEAST_SECONDS, SECONDS * Math.min(scale, 1));
    const figures: Figure[] = [];
    for (const [domain, option] of Object.entries(DOMAINS)) {
      for (const brokers of BROKERS) {
        const isSustained = async (asked: number) => {
          const args = ['--only', domain, option, String(asked), '--brokers', String(brokers)];
          const { rate, lag } = await loadedRun(args, seconds, signal);
          return rate >= asked * LEAST_SHARE && lag <= asked * MOST_LAG_SECONDS;
        };
        figures.push({
          name: `${domain}, ${brokers === 1 ? '1 broker' : `${brokers} brokers`}`,
          unit: 'records/s',
          better: 'higher',
          rounds: [await highest(RATES, isSustained)],
        });
      }
    }
    return { figures, wrong: [] };
  },
};

/** The last of some ascending values for which the test holds, by bisection. 0 if it holds for none. */
export async function highest(values: readonly number[], holds: (value: number) => Promise<boolean>): Promise<number> {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await holds(values[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return values[low - 1] ?? 0;
}
