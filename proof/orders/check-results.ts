import type { Findings } from '../findings.ts';
import type { Tally } from '../tally.ts';
import type { Result } from './result.ts';
import { isIntermediate, moneyText, type WindowSum } from './truth/window.ts';

export interface ResultsCheck {
  place: string;
  /** in the order in which the place holds them */
  results: readonly Result[];
  expected: ReadonlyMap<string, WindowSum>;
  /** whether the place keeps only the largest result of each window and product */
  single?: boolean;
  /** whether a window that no order implies is legal: retention has removed its orders */
  legal: () => boolean;
}

export interface ResultsTally {
  tally: Tally;
  /** windows and products whose largest result is right to the cent */
  exact: ReadonlySet<string>;
  corrections: number;
  repeated: number;
}

/**
 * The largest result of each window and product is the sum of its orders. Every smaller result is a right intermediate
 * one: the sum and the average of some of the orders.
 */
export function checkResults(check: ResultsCheck, findings: Findings): ResultsTally {
  const { place, expected, single = false } = check;
  const byKey = Map.groupBy(check.results, ({ key }) => key);
  const tally = { expected: expected.size, stored: byKey.size, lost: 0, duplicated: 0, different: 0, unexpected: 0 };
  const fault = (kind: 'lost' | 'duplicated' | 'different' | 'unexpected', key: string, why?: string) => {
    tally[kind]++;
    findings.add(place, kind, key, why);
  };
  const exact = new Set<string>();
  let [corrections, repeated] = [0, 0];
  for (const [key, results] of byKey) {
    const sum = expected.get(key);
    if (sum === undefined) {
      if (!check.legal()) fault('unexpected', key, results.find((result) => result.fault !== undefined)?.fault);
      continue;
    }
    const distinct = new Set(results.map(({ count, cents }) => `${count} ${cents}`)).size;
    corrections += distinct - 1;
    repeated += results.length - distinct;
    if (single && results.length > 1) fault('duplicated', key);
    const why =
      results.map((result) => wrong(result, sum)).find((each) => each !== undefined) ?? tooSmall(results, sum);
    if (why === undefined) exact.add(key);
    else fault('different', key, why);
  }
  for (const key of expected.keys()) if (!byKey.has(key)) fault('lost', key);
  return { tally, exact, corrections, repeated };
}

function wrong({ count, cents, fault }: Result, sum: WindowSum): string | undefined {
  if (fault !== undefined) return fault;
  if (!Number.isInteger(count) || count < 1 || count > sum.count) return `order_count is ${count}, not ${sum.count}`;
  const revenue = `total_revenue of ${count} orders is ${moneyText(cents)}`;
  if (count === sum.count) return cents === sum.cents ? undefined : `${revenue}, not ${moneyText(sum.cents)}`;
  return isIntermediate(sum, count, cents) ? undefined : `${revenue}, which no ${count} orders counted first add up to`;
}

function tooSmall(results: readonly Result[], { count }: WindowSum): string | undefined {
  const largest = results.reduce((most, result) => Math.max(most, result.count), 0);
  return largest === count ? undefined : `order_count is ${largest} in its largest result, not ${count}`;
}
