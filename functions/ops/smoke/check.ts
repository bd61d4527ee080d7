import { type Deadline, retry } from '#lib/deadline.ts';
import { TransientError } from '#lib/errors.ts';
import type { Marked, Place } from './place.ts';

const PAUSE_MS = 500;
const NOT_ALL = 'NOT_ALL';

export interface Deadlines {
  /** for the search */
  readonly found: Deadline;
  /** for everything: the removal comes after the search, and needs time too */
  readonly removed: Deadline;
}

/**
 * Waits until every store has all marked records, then removes them. The stores are independent: all others are checked
 * and cleaned even if one is unavailable.
 * @returns ms until each store had all records
 * @throws Error naming the marker and each store that did not have all records in time, or could not be cleaned; its
 *   cause is the first of these errors
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
    await attempt(`${place.name} could not be cleaned`, retry(remove, { deadline: removed }));
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

/**
 * @throws Error with the number of records at the last look, and the error of a later one; or the error of `find`, if
 *   there was no look
 */
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
