import type { RetryPolicy } from '../template/retry-policy.ts';

/** A failed invocation. */
export interface Failure {
  /** Records handed to the function, over all partitions. */
  invoked: number;
  /** Records that failed. */
  failed: number;
  /** Whether the batch is one record that exceeds the payload limit. No invocation can take it. */
  oversized: boolean;
}

/**
 * What happens to a failed batch. A mapping that bisects counts no retry until one record is left: AWS says for Kinesis
 * that a split consumes no retry, and says nothing about Kafka. `rest` means the records that a partial response has
 * left: the response has already split the batch.
 */
export function nextStep(policy: RetryPolicy, { invoked, failed, oversized }: Failure): Step {
  if (oversized && policy.hasDestination) return 'discard';
  if (!policy.bisects || failed === 1) return 'retry';
  return failed === invoked ? 'split' : 'rest';
}

export type Step = 'retry' | 'split' | 'rest' | 'discard';

/**
 * Whether a partition's records have used all of their attempts.
 *
 * @param failures failed invocations of the first of these records
 */
export function exhausted(policy: RetryPolicy, failures: number): boolean {
  return failures > policy.maximumRetryAttempts;
}

/**
 * Whether a record is too old to be sent to the function.
 *
 * @param timestamp the record's timestamp in milliseconds
 * @param now the current time in milliseconds
 */
export function expired(policy: RetryPolicy, timestamp: number, now: number): boolean {
  return now - timestamp > policy.maximumAgeMilliseconds;
}

const backoff = { first: 100, most: 5000 };

/** Milliseconds before the next attempt. AWS gives no figures. */
export function waitAfter(failures: number): number {
  return Math.min(backoff.first * 2 ** Math.max(0, failures - 1), backoff.most);
}
