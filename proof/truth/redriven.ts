import { deadLetterOf, headerOf, type LogRecord, nameOf, type TopicLog, type World } from '../world.ts';

/*
 * What a redriven record is (docs/dead-letters.md), stated a second time.
 */

/** Where a redriven record lay first, and for which function it was sent again; undefined for any other record. */
export function redriveOf(record: LogRecord): { origin: string; for: string } | undefined {
  const [id, origin = '', letter, attempt, name] = [
    'redrive.id',
    'origin',
    'redrive.letter',
    'redrive.attempt',
    'redrive.for',
  ].map((header) => headerOf(record, header));
  if (!id || !letter || !name || !(Number(attempt) >= 1)) return undefined;
  const offset = Number(/-(\d+)$/.exec(origin)?.[1] ?? Number.NaN);
  const isBefore = offset < record.offset && origin === nameOf({ ...record, offset });
  return isBefore ? { origin, for: name } : undefined;
}

/** The name under which a sink stores a record as it is. */
export function firstNameOf(record: LogRecord): string {
  return redriveOf(record)?.origin ?? nameOf(record);
}

/** The `source` of what a function makes from a record of its input topic. */
export function sourceFrom(record: LogRecord): string {
  const redrive = redriveOf(record);
  return redrive === undefined ? nameOf(record) : `${redrive.origin}/redriven`;
}

/** Whether a function works on a record of its topic. */
export function isFor(name: string): (record: LogRecord) => boolean {
  return (record) => (redriveOf(record)?.for ?? name) === name;
}

/**
 * Records that were redriven after a cause outside of them was mended, by name, with the code of the dead letter that
 * the redrive names. Such a record would be good now, but it wasn't when it came.
 * @param isCause whether a code is of such a cause
 */
export function mendedIn(
  inputs: readonly TopicLog[],
  letters: readonly TopicLog[],
  isCause: (code: string) => boolean,
): Map<string, string> {
  const named = new Set(
    inputs.flatMap(({ records }) =>
      records.flatMap((record) => (redriveOf(record) && headerOf(record, 'redrive.letter')) ?? []),
    ),
  );
  const mended = new Map<string, string>();
  for (const letter of letters.flatMap(({ records }) => records)) {
    const code = headerOf(letter, '__lambda.errors.exception') ?? '';
    if (isCause(code) && named.has(nameOf(letter))) mended.set(deadLetterOf(letter), code);
  }
  return mended;
}

/** What a store refuses records for, and no longer does when it was changed. */
const OF_STORES = /^(SQLSTATE_\w+|OPENSEARCH_\w+|NUMBER_RANGE|TOO_DEEP)$/;

/** Records that a store refused, and that were redriven then. */
export function refusedByStores(topics: World['topics']): ReadonlySet<string> {
  const logs = Object.values(topics);
  return new Set(mendedIn(logs, logs, (code) => OF_STORES.test(code)).keys());
}
