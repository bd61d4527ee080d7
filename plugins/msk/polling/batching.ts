/** Lambda's limit on a synchronous invocation's payload: 6 MB (AWS: "Lambda quotas"). */
export const payloadLimit = 6 * 1024 * 1024;

export interface BatchLimits {
  /** Records in an invocation, over all its partitions. */
  batchSize: number;
  /** Bytes of an invocation's records as JSON. */
  maxBytes: number;
}

/**
 * How many records from the front of each queue go into the next batch. The queues are served in the order given.
 * A queue's records stay in order: where one doesn't fit, none after it is taken. A record that alone is over the
 * limit makes a batch of its own, for otherwise it would hold up its partition for ever.
 *
 * @param queues each queue's record sizes in bytes, the oldest record first
 * @example take([[10, 10], [10]], { batchSize: 2, maxBytes: 100 }) // [2, 0]
 */
export function take(queues: readonly Iterable<number>[], limits: BatchLimits): number[] {
  let records = 0;
  let bytes = 0;
  return queues.map((queue) => {
    let taken = 0;
    for (const size of queue) {
      if (records === limits.batchSize || (records > 0 && bytes + size > limits.maxBytes)) break;
      records += 1;
      bytes += size;
      taken += 1;
    }
    return taken;
  });
}
