import type { Findings } from '../findings.ts';
import type { Tally } from '../tally.ts';

export interface OnceCheck<E, S> {
  /** its name in findings */
  place: string;
  /** what must be stored, by id */
  expected: ReadonlyMap<string, E>;
  /** what is stored, in its order; an id may occur twice */
  stored: Iterable<readonly [id: string, entry: S]>;
  /** what is wrong with an entry; undefined where nothing is */
  difference(expected: E, stored: S, id: string): string | undefined;
  /**
   * For a topic with at-least-once delivery: repeated ids are counted and compared, and are no fault up to 10 times.
   */
  repeats?: 'allowed';
  /** Whether an entry that no input explains is legal: retention or compaction removed its input. */
  legal?(id: string, entry: S): boolean;
}

export interface OnceResult extends Tally {
  /** entries whose id occurred before, where that is allowed */
  repeated: number;
}

/** More copies are no retries: the batch comes again and again, and produces its records each time. */
const MOST_COPIES = 10;

/** Everything expected is stored once and as expected, and nothing else is stored. Most other checks use this one. */
export function checkOnce<E, S>(check: OnceCheck<E, S>, findings: Findings): OnceResult {
  const { place, expected } = check;
  const result = {
    expected: expected.size,
    stored: 0,
    lost: 0,
    duplicated: 0,
    different: 0,
    unexpected: 0,
    repeated: 0,
  };
  const fault = (kind: 'lost' | 'duplicated' | 'different' | 'unexpected', id: string, why?: string) => {
    result[kind]++;
    findings.add(place, kind, id, why);
  };

  const seen = new Map<string, number>();
  for (const [id, entry] of check.stored) {
    result.stored++;
    const copies = (seen.get(id) ?? 0) + 1;
    seen.set(id, copies);
    if (copies > 1 && check.repeats === 'allowed') result.repeated++;
    else if (copies > 1) fault('duplicated', id);
    if (copies === MOST_COPIES + 1 && check.repeats === 'allowed') {
      fault('duplicated', id, `produced over ${MOST_COPIES} times: its batch comes again and again`);
    }

    if (expected.has(id)) {
      const why = check.difference(expected.get(id) as E, entry, id);
      if (why !== undefined) fault('different', id, why);
    } else if (!check.legal?.(id, entry)) fault('unexpected', id);
  }
  for (const id of expected.keys()) if (!seen.has(id)) fault('lost', id);
  return result;
}

const EMPTY: Tally = { expected: 0, stored: 0, lost: 0, duplicated: 0, different: 0, unexpected: 0 };

export function sumOf(tallies: Iterable<Tally>): Tally {
  const sum = { ...EMPTY };
  for (const tally of tallies) for (const key of Object.keys(sum) as (keyof Tally)[]) sum[key] += tally[key];
  return sum;
}

/** A tally without the fields that a check adds. */
export function bare({ expected, stored, lost, duplicated, different, unexpected }: Tally): Tally {
  return { expected, stored, lost, duplicated, different, unexpected };
}
