/**
 * The one base of this service's errors. `retriable` alone decides what becomes of a record: true is handed back to
 * the event source mapping and tried again, false goes to the dead-letter topic. `code` is stable: it stands in dead
 * letters' headers, logs and metrics. A message names fields and places, never a payload's content.
 */
export abstract class PipelineError extends Error {
  abstract readonly retriable: boolean;
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The record itself is at fault: it would fail again however often it is tried. */
export class PermanentError extends PipelineError {
  readonly retriable = false;
}

/** A broker or store is at fault, or the deployment: the record is right, and must be tried again. */
export class TransientError extends PipelineError {
  readonly retriable = true;
}

/** Code of a record that made the pure code throw: dead-lettered like an invalid one, but guarded (see batch.ts). */
export const UNEXPECTED = 'UNEXPECTED';

/**
 * Any thrown value as one of ours. What is not ours comes from code that knows no store (stores map their errors
 * themselves), so it is the record that made it throw: permanent, with the thrown error's class, not its message,
 * which may hold payload.
 */
export function toPipelineError(thrown: unknown): PipelineError {
  if (thrown instanceof PipelineError) return thrown;
  const kind = thrown instanceof Error ? thrown.name : typeof thrown;
  return new PermanentError(UNEXPECTED, `the code threw a ${kind} on this record`, { cause: thrown });
}
