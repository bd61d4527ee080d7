import { type Invocation, returned, type Seen, type SeenRecord } from '../seen/seen.ts';
import { show } from './delivery.ts';

/** Each function here returns the differences from a rule, in words. None: the rule holds. */

/** Whether the invocation got the partition's record with this text. */
const got = ({ records }: Invocation, partition: number, text: string) =>
  records.some((record) => record.partition === partition && record.text === text);

/** While the record had not been processed, no offset behind it was committed. */
export function notCommittedPast(seen: Seen, partition: number, text: string): string[] {
  const record = seen.invocations.flatMap(({ records }) => records).find(isAt(partition, text));
  if (!record) return [`the function never got ${text} of partition ${partition}`];
  const done = seen.invocations.find((each) => got(each, partition, text) && processed(each, record))?.end;
  const before = seen.committed.filter(({ at }) => at < (done ?? Number.POSITIVE_INFINITY));
  if (before.length === 0) return ['the committed offset was not read before the record was processed'];
  const furthest = Math.max(...before.map(({ offsets }) => offsets[partition] ?? -1));
  if (furthest <= record.offset) return [];
  return [`partition ${partition}: offset ${furthest} was committed before offset ${record.offset} was processed`];
}

/** In the end, these offsets are committed. */
export function committedInTheEnd({ committed }: Seen, expected: Record<number, number>): string[] {
  const last = committed.at(-1)?.offsets ?? {};
  return Object.entries(expected).flatMap(([partition, offset]) =>
    last[Number(partition)] === offset
      ? []
      : [`partition ${partition}: committed ${last[Number(partition)]}, not ${offset}`],
  );
}

/** The record came this number of times. */
export function times(seen: Seen, partition: number, text: string, expected: number): string[] {
  const found = seen.invocations.filter((each) => got(each, partition, text)).length;
  return found === expected ? [] : [`${text} of partition ${partition} came ${found} times, not ${expected}`];
}

/** The record came again, at least once, and was processed in the end. */
export function retriedUntilDone(seen: Seen, partition: number, text: string): string[] {
  const found = seen.invocations.filter((each) => got(each, partition, text));
  const record = found[0]?.records.find(isAt(partition, text));
  if (found.length < 2) return [`${text} of partition ${partition} came ${found.length} times: it was not retried`];
  const last = found.at(-1) as Invocation;
  return processed(last, record as SeenRecord) ? [] : [`the last attempt at ${text} of partition ${partition} failed`];
}

/** All records of a failed invocation came again in later ones. */
export function wholeBatchAgain({ invocations }: Seen): string[] {
  return invocations.flatMap((failed, at) => {
    if (returned(failed) && isSuccess(failed)) return [];
    const later = new Set(invocations.slice(at + 1).flatMap(({ records }) => records.map(place)));
    const missing = failed.records.filter((record) => !later.has(place(record)));
    return missing.length === 0 ? [] : [`a batch failed, but ${show(missing.map(place))} did not come again`];
  });
}

/** After a response with failed records, each partition goes on from its lowest failed offset, and not before it. */
export function goesOnFromFailed({ invocations }: Seen): string[] {
  return invocations.flatMap((invocation, at) =>
    reportedBy(invocation).flatMap(([partition, offset]) => {
      const later = invocations
        .slice(at + 1)
        .flatMap(({ records }) => records.filter((each) => each.partition === partition));
      const first = later[0]?.offset;
      const repeated = later.filter((each) => each.offset < offset).map((each) => each.offset);
      if (first === offset && repeated.length === 0) return [];
      return [`partition ${partition}: offset ${offset} failed, and the next batch begins at ${first ?? 'nothing'}`];
    }),
  );
}

/** The other partition's records came while this record still failed. */
export function othersGoOn(seen: Seen, failing: [partition: number, text: string], other: [number, string]): string[] {
  const attempts = seen.invocations.filter((each) => got(each, ...failing));
  const done = seen.invocations.find((each) => got(each, ...other) && returned(each))?.end;
  const last = attempts.at(-1)?.begin ?? 0;
  return done !== undefined && done < last ? [] : [`${other[1]} of partition ${other[0]} waited for ${failing[1]}`];
}

/** A failed batch is halved until the record that fails is alone. */
export function halved({ invocations }: Seen, text: string): string[] {
  const failing = invocations.flatMap(({ records }) =>
    records.some((each) => each.text === text) ? records.length : [],
  );
  const halves = failing.every(
    (size, at) => at === 0 || size === 1 || size <= Math.ceil((failing[at - 1] as number) / 2),
  );
  return halves && failing.at(-1) === 1 ? [] : [`the batches with ${text} have ${show(failing)} records`];
}

const place = ({ partition, offset }: SeenRecord) => `${partition}:${offset}`;
const isAt = (partition: number, text: string) => (record: SeenRecord) =>
  record.partition === partition && record.text === text;

interface Identifier {
  partition: string;
  offset: number;
}

/** The identifiers of a response that have the documented form. */
function identifiers(answer: unknown): Identifier[] {
  const items = (answer as { batchItemFailures?: unknown } | null | undefined)?.batchItemFailures;
  if (!Array.isArray(items)) return [];
  return items
    .map((item) => (item as { itemIdentifier?: Identifier } | null)?.itemIdentifier)
    .filter((each) => typeof each?.partition === 'string' && typeof each.offset === 'number') as Identifier[];
}

const isSuccess = ({ answer }: Invocation) => identifiers(answer).length === 0;

/** The lowest failed offset of each partition. */
function reportedBy({ answer, outcome }: Invocation): [partition: number, offset: number][] {
  if (outcome !== 'returned') return [];
  const own = Map.groupBy(identifiers(answer), ({ partition }) => Number(partition.split('-').at(-1)));
  return [...own].map(([partition, each]) => [partition, Math.min(...each.map(({ offset }) => offset))]);
}

/** Whether the invocation has returned, and has not reported this record or one before it. */
function processed(invocation: Invocation, { partition, offset }: SeenRecord): boolean {
  const failed = reportedBy(invocation).find(([own]) => own === partition)?.[1];
  return returned(invocation) && (failed === undefined || failed > offset);
}
