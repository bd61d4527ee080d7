/** The offsets of a batch's part that belongs to one partition. */
export interface BatchPart {
  topic: string;
  partition: number;
  firstOffset: number;
  lastOffset: number;
  /** Whether one of its records has that offset: filters and compaction leave gaps. */
  has: (offset: number) => boolean;
}

/** What an invocation has come to. */
export interface Outcome {
  /** Per part of the batch, the offset from which it failed, or undefined where it didn't. */
  failedFrom: (number | undefined)[];
  reason?: string;
  /** The batch is one record that is over the payload's limit. */
  oversized?: boolean;
}

/**
 * Reads what a function returned, of which a mapping with `ReportBatchItemFailures` takes notice.
 *
 * Nothing, `{}` and an empty or null list are success. Each identifier `{ partition: '<topic>-<n>', offset }` fails
 * its partition from that offset on. AWS says both that "just those specific items" are retried and that a partition
 * is read in sequence: a retry from the lowest failed offset is the reading that loses nothing. An identifier that
 * doesn't belong to the batch fails the whole batch (AWS: "Configuring error handling controls for Kafka event
 * sources").
 */
export function readResponse(response: unknown, parts: readonly BatchPart[]): Outcome {
  const failures = itemFailures(response);
  if (failures === undefined)
    return failAll(parts, `the response is no { batchItemFailures: [...] }: ${show(response)}`);
  const failedFrom = parts.map((): number | undefined => undefined);
  for (const failure of failures) {
    const identifier = field(failure, 'itemIdentifier');
    const offset = field(identifier, 'offset');
    const index = parts.findIndex((part) => field(identifier, 'partition') === `${part.topic}-${part.partition}`);
    const part = parts[index];
    if (!part || !isInteger(offset) || !part.has(offset)) {
      return failAll(parts, `no record of this batch has the itemIdentifier ${show(identifier)}`);
    }
    failedFrom[index] = Math.min(offset, failedFrom[index] ?? offset);
  }
  return failures.length === 0 ? { failedFrom } : { failedFrom, reason: `${failures.length} batchItemFailures` };
}

export function failAll(parts: readonly BatchPart[], reason: string): Outcome {
  return { failedFrom: parts.map((part) => part.firstOffset), reason };
}

export function succeedAll(parts: readonly BatchPart[]): Outcome {
  return { failedFrom: parts.map(() => undefined) };
}

function itemFailures(response: unknown): unknown[] | undefined {
  if (response === null || response === undefined) return [];
  if (typeof response !== 'object' || Array.isArray(response)) return undefined;
  const failures = field(response, 'batchItemFailures') ?? [];
  return Array.isArray(failures) ? failures : undefined;
}

function field(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined').slice(0, 200);
}
