import { isDeepStrictEqual } from 'node:util';
import type { LogRecord } from '../world.ts';

/** The first field in which two flat objects differ; undefined where they are equal. An absent field isn't null. */
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

/** The first field that differs, without its values: use it for personal data, since a report is passed on. */
export function fieldAtFault(expected: Record<string, unknown>, stored: Record<string, unknown>): string | undefined {
  const field = [...Object.keys(expected), ...Object.keys(stored)].find(
    (name) => fieldDifference({ [name]: expected[name] }, { [name]: stored[name] }) !== undefined,
  );
  return field === undefined ? undefined : `${field} differs`;
}

/** The same for a row: a field that the expected object lacks must be null in the row. */
export function rowDifference(expected: Record<string, unknown>, row: object): string | undefined {
  const columns = Object.entries(expected).map(([name, value]) => [name, value ?? null]);
  return fieldDifference(Object.fromEntries(columns), { ...row });
}

/** Undefined where one of the copies explains the entry; otherwise the difference from the last copy. */
export function differenceFromAll<C>(copies: readonly C[], difference: (copy: C) => string | undefined) {
  let last: string | undefined;
  for (const copy of copies) {
    last = difference(copy);
    if (last === undefined) return undefined;
  }
  return last;
}

const TEXT = 80;
/** A value as text, cut short: a report must not hold payloads. */
function text(value: unknown): string {
  const all = JSON.stringify(value) ?? 'absent';
  return all.length > TEXT ? `${all.slice(0, TEXT)}…` : all;
}

export function sameBytes(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

/** How a record and its copy differ in key or value; undefined where they don't. */
export function bytesDifference(record: LogRecord, copy: Pick<LogRecord, 'key' | 'value'>): string | undefined {
  if (!sameBytes(record.key, copy.key)) return 'the key’s bytes differ';
  if (!sameBytes(record.value, copy.value)) return 'the value’s bytes differ';
  return undefined;
}

/**
 * How the headers of a record and its copy differ: for each name, the copy must begin with the record's values.
 * @param only whether the copy may have no other headers and values
 */
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
