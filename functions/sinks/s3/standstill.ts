import { PipelineError } from '#lib/errors.ts';

/**
 * The archive and the log contradict each other, and only a person can say which is right. Handed back at once, as a
 * retry within the invocation would find the same: the partition waits, nothing is skipped, and the lag alarm rings.
 */
export class StandstillError extends PipelineError {
  readonly retriable = true;
}
