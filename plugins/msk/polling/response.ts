/** The offsets of one partition in a batch. */
export interface BatchPart {
  topic: string;
  partition: number;
  firstOffset: number;
  lastOffset: number;
  /** Whether a record has this offset. Filters and compaction leave gaps. */
  has: (offset: number) => boolean;
}

/** The result of an invocation. */
export interface Outcome {
  /** For each part of the batch, its first failed offset. Undefined if no record of the part failed. */
  failedFrom: (number | undefined)[];
  reason?: string;
  /** Whether the batch is one record that exceeds the payload limit. */
  oversized?: boolean;
}

/**
 * Reads a function's response, for a mapping with `ReportBatchItemFailures`.
 *
 * No response, `{}`, and an empty or null list mean success. Each identifier `{ partition: '<topic>-<n>', offset }`
 * fails its partition from this offset on. AWS says that "just those specific items" are retried, but also that a
 * partition is processed sequentially. A retry from the lowest failed offset satisfies both, and loses no record. An
 * identifier that isn't in the batch fails the whole batch (AWS: "Configuring error handling controls for Kafka event
 * sources").
 */
export function readResponse(response: unknown, parts: readonly BatchPart[]): Outcome {
  const failures = itemFailures(response);
  if (failures === undefined)
    return failAll(parts, `the response is not { batchItemFailures: [...] }: ${show(response)}`);
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
