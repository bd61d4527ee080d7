/**
 * How a mapping goes on after a failed invocation (AWS: "Configuring error handling controls for Kafka event sources").
 */
export interface RetryPolicy {
  /** Retries after the first attempt; Infinity where there is no limit. */
  maximumRetryAttempts: number;
  /** A record that is older is not sent to the function; Infinity where there is no limit. */
  maximumAgeMilliseconds: number;
  /** A failed batch is split in two. */
  bisects: boolean;
  /** There is a destination that takes what is given up. */
  hasDestination: boolean;
}

/** A mapping's own properties of those names; -1 and undefined set no limit. */
export interface RetryProperties {
  MaximumRetryAttempts?: number;
  MaximumRecordAgeInSeconds?: number;
  BisectBatchOnFunctionError?: boolean;
}

/** AWS: "When you configure both infinite retries and an on-failure destination, Lambda applies a maximum of 10". */
const retriesWithDestination = 10;

/**
 * On-demand mode has none of these limits: it "retries the whole batch until success or expiry" (AWS: "Kafka event
 * poller scaling modes"). An on-failure destination limits it still, for otherwise nothing would ever come there.
 */
export function retryPolicy(properties: RetryProperties, provisioned: boolean, hasDestination: boolean): RetryPolicy {
  const { MaximumRetryAttempts, MaximumRecordAgeInSeconds, BisectBatchOnFunctionError } = provisioned ? properties : {};
  return {
    maximumRetryAttempts: limit(MaximumRetryAttempts) ?? (hasDestination ? retriesWithDestination : Infinity),
    maximumAgeMilliseconds: (limit(MaximumRecordAgeInSeconds) ?? Infinity) * 1000,
    bisects: BisectBatchOnFunctionError ?? false,
    hasDestination,
  };
}

function limit(value: number | undefined): number | undefined {
  return value === -1 ? undefined : value;
}

/** What an invocation has left to be done. */
export interface Failure {
  /** Records handed to the function, over all partitions. */
  invoked: number;
  /** Records that failed. */
  failed: number;
  /** The one record is over the payload's limit: no invocation can take it. */
  oversized: boolean;
}

/**
 * What becomes of a failed batch: it is tried again, split in two first, or given up at once. A mapping that bisects
 * counts no retry before one record is left (AWS says of Kinesis that a split consumes no retry, and nothing of Kafka):
 * `rest` is what a partial response has left, which has thereby split the batch already.
 */
export function nextStep(policy: RetryPolicy, { invoked, failed, oversized }: Failure): Step {
  if (oversized && policy.hasDestination) return 'discard';
  if (!policy.bisects || failed === 1) return 'retry';
  return failed === invoked ? 'split' : 'rest';
}

export type Step = 'retry' | 'split' | 'rest' | 'discard';

/**
 * Whether a partition's records have had all of their attempts.
 *
 * @param failures failed invocations of the first of these records
 */
export function exhausted(policy: RetryPolicy, failures: number): boolean {
  return failures > policy.maximumRetryAttempts;
}

/**
 * Whether a record is too old to be sent to the function.
 *
 * @param timestamp the record's own, in milliseconds, as is `now`
 */
export function expired(policy: RetryPolicy, timestamp: number, now: number): boolean {
  return now - timestamp > policy.maximumAgeMilliseconds;
}

const backoff = { first: 100, most: 5000 };

/** Milliseconds before the next attempt. AWS names no figures. */
export function waitAfter(failures: number): number {
  return Math.min(backoff.first * 2 ** Math.max(0, failures - 1), backoff.most);
}
