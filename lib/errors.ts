/**
 * The base class of this service's errors. `retriable` alone decides what happens to a record: true hands it back to
 * the event source mapping, which delivers it again; false sends it to the dead-letter topic. `code` is stable: dead
 * letters' headers, logs and metrics hold it. A message names fields and places, never a payload's content.
 */
export abstract class PipelineError extends Error {
  abstract readonly retriable: boolean;
  /** Written out in each class, because the bundles' classes have minified names. Lambda reports it as `errorType`. */
  abstract override readonly name: string;
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The record itself is wrong: it would fail again each time. */
export class PermanentError extends PipelineError {
  override readonly name = 'PermanentError';
  readonly retriable = false;
}

/** A broker, a store or the deployment is at fault. The record must be tried again. */
export class TransientError extends PipelineError {
  override readonly name = 'TransientError';
  readonly retriable = true;
}

/** Code of a record that made pure code throw: a dead letter, unless most of its batch has it (dead-letters.ts). */
export const UNEXPECTED = 'UNEXPECTED';

/**
 * Turns any thrown value into a PipelineError. Store clients map their errors themselves, so any other error comes from
 * pure code, and the record caused it: it is permanent. The message has the thrown error's class, not its message,
 * which may hold payload.
 */
export function toPipelineError(thrown: unknown): PipelineError {
  if (thrown instanceof PipelineError) return thrown;
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return new PermanentError(UNEXPECTED, `the code threw a ${kind} on this record`, { cause: thrown });
}

/**
 * The error of work for many records, where no single record is at fault: any thrown value as a retriable error.
 * @param code of a new error, where the thrown one is permanent
 * @param context what failed, for the message of a new error
 */
export function asRetriable(thrown: unknown, code: string, context?: string): PipelineError {
  const error = toPipelineError(thrown);
  if (error.retriable) return error;
  const message = context === undefined ? error.message : `${context}: ${error.message}`;
  return new TransientError(code, message, { cause: thrown });
}
