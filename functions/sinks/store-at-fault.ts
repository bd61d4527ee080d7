import { TransientError } from '#lib/errors.ts';
import { type Batch, type Failure, recordsOf } from '#lib/kafka/batch.ts';
import type { Sink } from './sink.ts';

/** From this batch size on, as for code that throws (lib/kafka/dead-letters.ts). */
const GUARDED_BATCH = 20;

/**
 * A sink whose store may be at fault itself where it refuses records: records are bad one by one, so where most of a
 * batch is refused with one and the same ambiguous code, those records are handed back as STORE_AT_FAULT.
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
  const size = recordsOf(batch).length;
  if (size < GUARDED_BATCH) return failures;
  const refused = failures.filter(({ error }) => !error.retriable && isAmbiguous(error.code));
  const most = [...Map.groupBy(refused, ({ error }) => error.code)].find(([, own]) => own.length * 2 > size);
  if (most === undefined) return failures;
  const [code, own] = most;
  const error = new TransientError(
    'STORE_AT_FAULT',
    `${own.length} of ${size} records were refused with ${code}: the store is not as it should be, rather than all of them. ${own[0]?.error.message}`,
    { cause: own[0]?.error },
  );
  return failures.map((failure) => (failure.error.code === code ? { ...failure, error } : failure));
}
