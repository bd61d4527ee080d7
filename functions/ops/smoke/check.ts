import { type Deadline, retry } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import type { Marked, Place } from './place.ts';

const PAUSE_MS = 500;
const NOT_ALL = 'NOT_ALL';

export interface Deadlines {
  /** of the search */
  readonly found: Deadline;
  /** of all: there has to be time for the removal behind the search */
  readonly removed: Deadline;
}

/**
 * Waits until every place has all marked records, and removes them from it. Each by itself: one that is away keeps no
 * other from being looked at and cleaned.
 * @returns ms until each had them
 * @throws Error naming the marker and each place that hadn't them in time or couldn't be cleaned; the first as its cause
 */
export async function checkPlaces<Name extends string>(
  places: Readonly<Record<Name, Place>>,
  marked: Marked,
  { found, removed }: Deadlines,
): Promise<Record<Name, number>> {
  const started = performance.now();
  const checks = Object.entries<Place>(places).map(async ([name, place]) => {
    const failures: Error[] = [];
    const attempt = (what: string, work: Promise<void>) =>
      work.catch((cause: Error) => void failures.push(new Error(`${what}: ${cause.message}`, { cause })));
    await attempt(place.name, untilFound(place, marked, found));
    const ms = Math.round(performance.now() - started);
    const remove = async () => place.remove?.(marked, removed);
    await attempt(`${place.name} keeps what it has`, retry(remove, { deadline: removed }));
    return { name, ms, failures };
  });
  const checked = await Promise.all(checks);

  const failures = checked.flatMap((one) => one.failures);
  if (failures.length > 0) {
    const messages = failures.map(({ message }) => message).join('; ');
    throw new Error(`${marked.marker}: ${messages}`, { cause: failures[0] });
  }
  return Object.fromEntries(checked.map(({ name, ms }) => [name, ms])) as Record<Name, number>;
}

/** @throws Error with how many it had at the last look, and why there was no later one; or what `find` throws */
async function untilFound(place: Place, marked: Marked, deadline: Deadline): Promise<void> {
  let size: number | undefined;
  const look = async () => {
    ({ size } = await place.find(marked, deadline));
    if (size < marked.count) throw new TransientError(NOT_ALL, '');
  };
  await retry(look, { deadline, pauseMs: PAUSE_MS }).catch((cause: Error & { code?: string }) => {
    if (size === undefined) throw cause;
    const then = cause.code === NOT_ALL ? '' : `, then: ${cause.message}`;
    throw new Error(`${size} of the ${marked.count} marked records were there in time${then}`, { cause });
  });
}
