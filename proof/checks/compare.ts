import { isDeepStrictEqual } from 'node:util';
import type { LogRecord } from '../world.ts';

/** The first field in which two flat objects differ, undefined where they are equal. An absent one isn't null. */
export function fieldDifference(
  expected: Record<string, unknown>,
  stored: Record<string, unknown>,
): string | undefined {
  for (const field of new Set([...Object.keys(expected), ...Object.keys(stored)])) {
    const [wanted, found] = [expected[field], stored[field]];
    if (wanted !== found && !isDeepStrictEqual(wanted, found)) return `${field} is ${text(found)}, not ${text(wanted)}`;
  }
  return undefined;
}

/** The same of a row: what is absent from what is expected is null in it. */
export function rowDifference(expected: Record<string, unknown>, row: object): string | undefined {
  const columns = Object.entries(expected).map(([name, value]) => [name, value ?? null]);
  return fieldDifference(Object.fromEntries(columns), { ...row });
}

/** None where one of the copies of the input explains the entry; else what is wrong, by the last of them. */
export function differenceFromAll<C>(copies: readonly C[], difference: (copy: C) => string | undefined) {
  let last: string | undefined;
  for (const copy of copies) {
    last = difference(copy);
    if (last === undefined) return undefined;
  }
  return last;
}

const TEXT = 80;
/** Values of our own fleet, cut short: a report is no place for payloads. */
function text(value: unknown): string {
  const all = JSON.stringify(value) ?? 'absent';
  return all.length > TEXT ? `${all.slice(0, TEXT)}…` : all;
}

export function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

/** What differs between a record and its copy elsewhere: key, value, or a header of those that `held` names. */
export function bytesDifference(record: LogRecord, copy: Pick<LogRecord, 'key' | 'value'>): string | undefined {
  if (!sameBytes(record.key, copy.key)) return 'the key’s bytes differ';
  if (!sameBytes(record.value, copy.value)) return 'the value’s bytes differ';
  return undefined;
}

/** Whether a record's headers are all in the copy, each name's values first and in order; `only`: and no other. */
export function headersDifference(record: LogRecord, copy: LogRecord, only: boolean): string | undefined {
  for (const [name, values] of record.headers) {
    const held = copy.headers.get(name) ?? [];
    const same = values.every((value, i) => held[i]?.equals(value));
    if (!same || (only && held.length !== values.length)) return `header ${name} differs`;
  }
  if (!only) return undefined;
  const more = [...copy.headers.keys()].find((name) => !record.headers.has(name));
  return more === undefined ? undefined : `header ${more} is not in the topic`;
}
