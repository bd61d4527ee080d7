import { createRandom, type Random } from '../load/random.ts';
import type { Planned } from './facts.ts';
import type { Part, Strike } from './strike.ts';

/** Failures, and when they happen: the same seed, length and table of strikes give the same schedule. */
export interface Schedule {
  seed: number;
  /** how long the load runs */
  seconds: number;
  brokers: number;
  strikes: Planned[];
}

/** Seconds of load before the first strike: functions and connections are warm. */
const FIRST_AT = 5;
/** Seconds between the beginnings of two strikes: long runs leave each part time to come back. */
const pauseOf = (seconds: number) => (seconds >= 300 ? 15 : 8);
/** Seconds of rest between two strikes on the same part. */
const REST = 5;

/** Draws a schedule: each kind comes once, in random order, before one comes again. */
export function drawSchedule(
  { seed, seconds, brokers }: Omit<Schedule, 'strikes'>,
  kinds: Readonly<Record<string, Strike>>,
): Schedule {
  const random = createRandom(seed, seconds, brokers);
  // A third of a short run at most: the rest shows how the pipeline comes back.
  const longest = seconds / 3;
  const possible = Object.entries(kinds).filter(
    ([, { threeBrokers, lasts }]) => (!threeBrokers || brokers >= 3) && lasts[0] <= longest,
  );
  const free = new Map<Part, number>();
  const strikes: Planned[] = [];
  let bag: typeof possible = [];
  for (let at = FIRST_AT; ; at += pauseOf(seconds) * random.between(0.8, 1.2)) {
    if (bag.length === 0) bag = shuffled(possible, random);
    const [kind, strike] = bag.pop() as (typeof possible)[number];
    if (strikes.filter((one) => one.kind === kind).length === strike.most) continue;
    const args = strike.draw?.(random, brokers) ?? {};
    const part = partOf(strike, args);
    const begins = Math.max(at, free.get(part) ?? 0);
    const lasts = Math.min(random.between(...strike.lasts), longest);
    if (begins + lasts > seconds) break;
    free.set(part, begins + lasts + REST);
    strikes.push({ at: round(begins), kind, seconds: round(lasts), with: args });
  }
  return { seed, seconds, brokers, strikes: strikes.toSorted((a, b) => a.at - b.at) };
}

export function partOf({ part }: Strike, args: Planned['with']): Part {
  return typeof part === 'function' ? part(args) : part;
}

/** @throws Error where the text isn't a schedule of strikes that exist */
export function readSchedule(text: string, kinds: Readonly<Record<string, Strike>>): Schedule {
  const schedule = JSON.parse(text) as Partial<Schedule>;
  const { seed, seconds, brokers, strikes } = schedule;
  if (![seed, seconds, brokers].every(Number.isFinite) || !Array.isArray(strikes)) {
    throw new Error('a schedule has the numbers seed, seconds and brokers, and the list strikes');
  }
  for (const { at, kind, seconds: lasts } of strikes) {
    if (kinds[kind] === undefined) throw new Error(`"${kind}" is no kind of strike: ${Object.keys(kinds).join(', ')}`);
    if (!Number.isFinite(at) || !Number.isFinite(lasts)) throw new Error(`a strike "${kind}" lacks at or seconds`);
  }
  return schedule as Schedule;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  return Array.from(items, () => left.splice(random.below(left.length), 1)[0] as T);
}

const round = (seconds: number) => Math.round(seconds * 10) / 10;
