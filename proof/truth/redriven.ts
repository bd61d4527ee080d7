import { headerOf, type LogRecord, nameOf, type TopicLog } from '../world.ts';

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
 * @param causes the codes of such causes
 */
export function mendedIn(input: TopicLog, letters: TopicLog, causes: readonly string[]): Map<string, string> {
  const byName = new Map(letters.records.map((letter) => [nameOf(letter), letter]));
  const mended = new Map<string, string>();
  for (const record of input.records) {
    const letter = redriveOf(record) && byName.get(headerOf(record, 'redrive.letter') ?? '');
    if (letter === undefined) continue;
    const [topic, partition, offset, code = ''] = ['topic', 'partition', 'offset', 'exception'].map((name) =>
      headerOf(letter, `__lambda.errors.${name}`),
    );
    if (causes.includes(code)) mended.set(`${topic}-${partition}-${offset}`, code);
  }
  return mended;
}
