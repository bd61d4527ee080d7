import { TransientError } from '#lib/errors.ts';
import { type Batch, countOf, type Failure } from '#lib/kafka/batch.ts';
import type { Sink } from './sink.ts';

/** Smaller batches are not guarded, as for code that throws (lib/kafka/dead-letters.ts). */
const GUARDED_BATCH = 20;

/**
 * Hands records back where the store itself may be at fault. Usually only single records of a batch are bad. So if a
 * store rejects most of a batch with the same ambiguous code, those records are handed back as STORE_AT_FAULT.
 */
export function guarded(sink: Sink): Sink {
  const { isAmbiguous } = sink;
  if (isAmbiguous === undefined) return sink;
  return { ...sink, write: async (batch) => handedBack(batch, await sink.write(batch), isAmbiguous) };
}

function handedBack(
  batch: Batch,
  failures: readonly Failure[],
  isAmbiguous: NonNullable<Sink['isAmbiguous']>,
): readonly Failure[] {
  const size = countOf(batch);
  if (size < GUARDED_BATCH) return failures;
  const rejected = failures.filter(({ error }) => !error.retriable && isAmbiguous(error.code));
  const most = [...Map.groupBy(rejected, ({ error }) => error.code)].find(([, own]) => own.length * 2 > size);
  if (most === undefined) return failures;
  const [code, own] = most;
  const error = new TransientError(
    'STORE_AT_FAULT',
    `the store rejected ${own.length} of ${size} records with ${code}: it is probably misconfigured. ${own[0]?.error.message}`,
    { cause: own[0]?.error },
  );
  return failures.map((failure) => (failure.error.code === code ? { ...failure, error } : failure));
}
