/** A mapping's limits on retries (AWS: "Configuring error handling controls for Kafka event sources"). */
export interface RetryPolicy {
  /** Retries after the first attempt. Infinity if there is no limit. */
  maximumRetryAttempts: number;
  /** An older record is not sent to the function. Infinity if there is no limit. */
  maximumAgeMilliseconds: number;
  /** Whether a failed batch is split in two. */
  bisects: boolean;
  /** Whether an on-failure destination takes the discarded records. */
  hasDestination: boolean;
}

/** The mapping's properties of these names. -1 and undefined set no limit. */
export interface RetryProperties {
  MaximumRetryAttempts?: number;
  MaximumRecordAgeInSeconds?: number;
  BisectBatchOnFunctionError?: boolean;
}

/** AWS: "When you configure both infinite retries and an on-failure destination, Lambda applies a maximum of 10". */
const retriesWithDestination = 10;

/**
 * On-demand mode ignores these properties: it "retries the whole batch until success or expiry" (AWS: "Kafka event
 * poller scaling modes"). An on-failure destination sets a limit in both modes: without a limit, it would never get a
 * record.
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
