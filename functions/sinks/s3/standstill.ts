import { PipelineError } from '#lib/errors.ts';

/**
 * The archive and the log contradict each other, and only a person can decide which one is right. The batch is handed
 * back at once, as a retry in the same invocation would find the same. The partition waits, nothing is skipped, and the
 * lag alarm fires.
 */
export class StandstillError extends PipelineError {
  override readonly name = 'StandstillError';
  readonly retriable = true;
}
