import { delivered, type Invocation, type Seen, type SeenRecord } from '../seen/seen.ts';

/** Each function here returns the differences from a rule, in words. None: the rule holds. */

/** The function got these values and no others, each exactly once, and the values of each partition in this order. */
export function eachOnce(seen: Seen, expected: Record<number, readonly (string | null)[]>): string[] {
  const found = Map.groupBy(delivered(seen), ({ partition }) => partition);
  const partitions = new Set([...Object.keys(expected).map(Number), ...found.keys()]);
  return [...partitions].flatMap((partition) => {
    const texts = (found.get(partition) ?? []).map(({ text }) => text);
    const wanted = expected[partition] ?? [];
    return same(texts, wanted)
      ? []
      : [`partition ${partition}: expected ${show(wanted)}, the function got ${show(texts)}`];
  });
}

/** The function got each of these values at least once. */
export function atLeastOnce(seen: Seen, partition: number, expected: readonly string[]): string[] {
  const found = new Set(delivered(seen).flatMap((record) => (record.partition === partition ? [record.text] : [])));
  const missing = expected.filter((text) => !found.has(text));
  return missing.length === 0 ? [] : [`partition ${partition}: the function never got ${show(missing)}`];
}

/** A partition's records come in the order of their offsets: within each batch, and each for the first time. */
export function inOrder(seen: Seen): string[] {
  const known = new Map<number, Set<number>>();
  return seen.invocations.flatMap(({ records }) =>
    [...Map.groupBy(records, ({ partition }) => partition)].flatMap(([partition, own]) => {
      const before = known.get(partition) ?? new Set<number>();
      known.set(partition, before);
      const furthest = Math.max(-1, ...before);
      const offsets = own.map(({ offset }) => offset);
      const ascending = offsets.every((offset, at) => at === 0 || offset > (offsets[at - 1] as number));
      const late = offsets.filter((offset) => offset < furthest && !before.has(offset));
      for (const offset of offsets) before.add(offset);
      if (ascending && late.length === 0) return [];
      return [`partition ${partition}: offsets ${show(offsets)} after offset ${furthest}`];
    }),
  );
}

/** No two invocations have records of the same partition at the same time. */
export function oneAtATime({ invocations }: Seen): string[] {
  const busy = new Map<number, Invocation>();
  return invocations.flatMap((invocation) =>
    [...new Set(invocation.records.map(({ partition }) => partition))].flatMap((partition) => {
      const before = busy.get(partition);
      busy.set(partition, invocation);
      const overlaps = before?.end !== undefined && invocation.begin < before.end;
      return overlaps ? [`partition ${partition}: an invocation began before the one before it had ended`] : [];
    }),
  );
}

/** The largest batch has exactly this number of records. */
export function largestBatch({ invocations }: Seen, expected: number): string[] {
  const largest = Math.max(0, ...invocations.map(({ records }) => records.length));
  return largest === expected ? [] : [`the largest batch has ${largest} records, not ${expected}`];
}

/** The largest event is at most this large, and not smaller by more than one record. */
export function largestEvent({ invocations }: Seen, limit: number, record: number): string[] {
  const largest = Math.max(0, ...invocations.map(({ bytes }) => bytes));
  return largest <= limit && largest > limit - record
    ? []
    : [`the largest event has ${largest} bytes; the limit is ${limit}`];
}

/** One batch has all of these values. */
export function inOneBatch({ invocations }: Seen, expected: readonly string[]): string[] {
  const has = (records: readonly SeenRecord[]) => expected.every((text) => records.some((each) => each.text === text));
  if (invocations.some(({ records }) => has(records))) return [];
  return [
    `no batch has all of ${show(expected)}: ${show(invocations.map(({ records }) => records.map((each) => each.text)))}`,
  ];
}

/** Values are compared as JSON: a missing property differs from null. */
export function equal(what: string, found: unknown, expected: unknown): string[] {
  return same(found, expected) ? [] : [`${what}: expected ${show(expected)}, found ${show(found)}`];
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
