import { PipelineError, TransientError } from '#lib/errors.ts';

/**
 * Any value that a call to a store threw, as a PipelineError. If it isn't one already, the code that calls the store is
 * at fault, not a record: the error is retriable. Its message has only the class of the thrown error, as that error's
 * own message may hold payload.
 * @param code of the new error
 */
export function storeError(thrown: unknown, code: string): PipelineError {
  if (thrown instanceof PipelineError) return thrown;
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return new TransientError(code, `the code that calls the store threw a ${kind}`, { cause: thrown });
}
