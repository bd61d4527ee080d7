import { randomBytes } from 'node:crypto';
import { routeOf } from '../../sinks/routes.ts';
import { type Ask, lettersOf } from './ask.ts';
import type { Filter } from './filter.ts';
import { type FoundLetter, MOST_ATTEMPTS, type Refusal } from './requests.ts';

/** The functions that read each topic. */
export type Readers = ReadonlyMap<string, ReadonlySet<string>>;

export interface RedriveOptions {
  /** the dead-letter topic */
  readonly topic: string;
  readonly filter: Filter;
  /** of an earlier redrive that was stopped; a new redrive gets a new one */
  readonly id?: string | undefined;
  /** also records that were redriven three times, those of a compacted topic, and those that may have given results */
  readonly force?: boolean | undefined;
}

/** What a redrive would send, and what not. */
export interface Plan {
  readonly topic: string;
  readonly id: string;
  readonly resumed: boolean;
  readonly force: boolean;
  /** in the order in which they are sent */
  readonly letters: readonly FoundLetter[];
  readonly refused: readonly Refusal[];
  /** letters of records that have a later letter */
  readonly superseded: number;
}

/** An id begins with the time of its redrive, in ms since the epoch: a resumed redrive needs no other state. */
const ID = /^(\d{13})-[0-9a-f]{6}$/;

export function newId(now = Date.now()): string {
  return `${now}-${randomBytes(3).toString('hex')}`;
}

/** ms since the epoch; undefined if this isn't an id */
export function startOf(id: string): number | undefined {
  const [, ms] = ID.exec(id) ?? [];
  return ms === undefined ? undefined : Number(ms);
}

/**
 * Reads which records a redrive sends. It changes nothing, so it is also the dry run. Letters that came after the
 * redrive began are left out. So its own failures are, and a resumed redrive has the plan that it had.
 * @param readers who reads a topic: nobody would work on a record for a function that doesn't read it
 */
export async function planRedrive(ask: Ask, options: RedriveOptions, readers: Readers): Promise<Plan> {
  const { topic, filter, id = newId(), force = false } = options;
  const until = Math.min(startOf(id) ?? Number.NaN, filter.until ?? Number.POSITIVE_INFINITY);
  const { letters } = await lettersOf(ask, { topic, filter: { ...filter, until } });
  const others = letters.filter(({ redrive }) => redrive !== id);
  const latest = [...Map.groupBy(others, (letter) => `${letter.origin} ${letter.function}`).values()].map(latestOf);
  const refused: Refusal[] = [];
  const sent = latest.filter((letter) => {
    const why = refusalOf(letter, force, readers);
    if (why !== undefined) refused.push({ letter: nameOf(topic, letter), why });
    return why === undefined;
  });
  return {
    topic,
    id,
    resumed: options.id !== undefined,
    force,
    letters: sent.toSorted(byOrigin),
    refused,
    superseded: others.length - latest.length,
  };
}

export function nameOf(topic: string, { at, name }: Pick<FoundLetter, 'at' | 'name'>): string {
  return name ?? `${topic}-${at.partition}-${at.offset}`;
}

/** A record that was redriven and failed again has several letters: the last one counts its attempts. */
function latestOf(letters: readonly FoundLetter[]): FoundLetter {
  return letters.reduce((last, own) =>
    own.attempts > last.attempts || (own.attempts === last.attempts && own.timestamp > last.timestamp) ? own : last,
  );
}

function refusalOf(letter: FoundLetter, force: boolean, readers: Readers): string | undefined {
  const { from, function: name, attempts } = letter;
  if (!readers.get(from.topic)?.has(name)) return `no function ${name} reads ${from.topic} (any more)`;
  if (letter.lost !== undefined) return letter.lost;
  if (force) return undefined;
  if (attempts >= MOST_ATTEMPTS) return `it was redriven ${attempts} times (--force)`;
  if (routeOf(from.topic).compacted) return `${from.topic} is compacted: it could replace a newer record (--force)`;
  if (letter.mayHaveResults && isProcessed(from.topic))
    return 'it may have given results, which would come twice (--force)';
  return undefined;
}

/** Whether functions make other records of a topic's records. A store has the results of a redriven one under another name. */
function isProcessed(topic: string): boolean {
  const { trusted, rds, dynamodb } = routeOf(topic);
  return !trusted && rds === null && dynamodb.length === 0;
}

/** The order in which the records lay in their partitions. */
function byOrigin(a: FoundLetter, b: FoundLetter): number {
  return a.from.topic.localeCompare(b.from.topic) || a.from.partition - b.from.partition || offsetOf(a) - offsetOf(b);
}

const offsetOf = ({ origin }: FoundLetter) => Number(origin.slice(origin.lastIndexOf('-') + 1));
